"""What `make deploy` and its like do, as calls of the AWS CLI.

Everything that is missing or stands in the way is said at once, before anything is changed. What is not given is as the
stack has it, so the same command again changes nothing. Standard library only: a person who deploys has no other tools.
"""
