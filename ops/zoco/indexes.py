"""Indexes of tables, within what CloudFormation takes in one deployment: of each table, one index is made or one is deleted
("You can create or delete only one global secondary index per update", AWS::DynamoDB::Table, GlobalSecondaryIndexes). And
nothing for which it would make a table anew, empty."""

import copy

from zoco.workspace import Failed


def tables(template):
    """What a template says of its tables, by their logical ids."""
    return {name: one["Properties"] for name, one in template["Resources"].items() if one["Type"] == "AWS::DynamoDB::Table"}


def indexes(table):
    """A table's indexes by their names."""
    return {index["IndexName"]: index for index in table.get("GlobalSecondaryIndexes", [])}


def steps(deployed, template):
    """The templates to deploy, one after the other, to come from a deployed one to another; often that alone. First the deployed
    programs get new indexes, all but each table's last, which comes with the new programs. Indexes that these do not need are
    deleted after them.

    Refuses a change of a table's key, and of an index, which programs would miss while it is made anew.
    """
    before, after = tables(deployed), tables(template)
    added, removed = {}, {}
    for name in before.keys() & after.keys():
        check(name, before[name], after[name])
        old, new = indexes(before[name]), indexes(after[name])
        added[name] = [new[one] for one in new if one not in old]
        removed[name] = [old[one] for one in old if one not in new]
    earlier = [
        with_indexes(deployed, {name: some[: min(step, len(some) - 1)] for name, some in added.items() if len(some) > 1}, after)
        for step in range(1, most(added))
    ]
    later = [
        with_indexes(template, {name: some[step:] for name, some in removed.items() if some[step:]}, before)
        for step in range(most(removed) + 1)
    ]
    return earlier + later


def most(some):
    return max(map(len, some.values()), default=0)


def check(name, before, after):
    if before["KeySchema"] != after["KeySchema"]:
        raise Failed(f"the key of {name} would change: CloudFormation would make the table anew, empty. Make another table instead")
    for index, is_now in indexes(before).items():
        if indexes(after).get(index, is_now) != is_now:
            raise Failed(f"the index {index} of {name} would change: add one of another name, and delete this one a release later")


def with_indexes(template, more, other):
    """A template with more indexes of some tables, whose attributes the `other` template's tables define."""
    template = copy.deepcopy(template)
    for name, some in more.items():
        table = template["Resources"][name]["Properties"]
        table["GlobalSecondaryIndexes"] = [*table.get("GlobalSecondaryIndexes", []), *some]
        defined = {one["AttributeName"]: one for one in [*other[name]["AttributeDefinitions"], *table["AttributeDefinitions"]]}
        schemas = [table["KeySchema"], *(index["KeySchema"] for index in table["GlobalSecondaryIndexes"])]
        # Exactly those that keys need: CloudFormation refuses others.
        table["AttributeDefinitions"] = [defined[one] for one in dict.fromkeys(key["AttributeName"] for keys in schemas for key in keys)]
    return template
