"""What a first real run must exercise, walked as far as the identity and the organization allow."""
