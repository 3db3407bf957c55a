"""The calls that change something and that org-operator makes by models: exactly those of this list, in an archive of their own."""

import readonly

CALLS = {
    "cloudformation": ("CreateChangeSet", "DeleteChangeSet", "DeleteStack", "ExecuteChangeSet"),
    "inspector2": ("Disable", "Enable"),
    "resourcegroupstaggingapi": ("TagResources", "UntagResources"),
    "securityhub": (
        "BatchDisableStandards", "BatchEnableStandards", "BatchUpdateStandardsControlAssociations", "EnableSecurityHub",
    ),
}


def names(service, model, reference, resolver):
    """The names of a service's calls, each of which can be made and is a write to AWS."""
    for name in CALLS[service]:
        if why := readonly.obstacle(service, model, model["operations"][name], resolver):
            raise SystemExit(f"{service} {name} cannot be called: {why}")
        actions = reference.actions(service, resolver.signing_name, name)
        if not any(reference.is_flagged(action) for action in actions):
            raise SystemExit(f"{service} {name} is no write by AWS's service reference: it belongs into models.pack")
    return list(CALLS[service])
