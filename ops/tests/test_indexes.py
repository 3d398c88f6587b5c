"""The order in which a deployment makes and deletes indexes."""

import copy
import json
import unittest

from samcli.yamlhelper import yaml_parse

from zoco.indexes import indexes, steps, tables
from zoco.workspace import ROOT, Failed

LAST_RELEASE = ROOT / "localstack/tests/recorded/0.1.0/tables.json"


def template(key="id", **of):
    """A template with tables of these indexes, each by the attribute of its name."""
    def table(names):
        found = {
            "KeySchema": [{"AttributeName": key, "KeyType": "HASH"}],
            "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name in (key, *names)],
        }
        made = [{"IndexName": name, "KeySchema": [{"AttributeName": name, "KeyType": "HASH"}]} for name in names]
        return found | ({"GlobalSecondaryIndexes": made} if made else {})

    return {"Resources": {name: {"Type": "AWS::DynamoDB::Table", "Properties": table(names)} for name, names in of.items()}}


def names(one):
    return {name: "".join(sorted(indexes(table))) for name, table in tables(one).items()}


class Steps(unittest.TestCase):
    def assert_each_changes_one(self, deployed, found):
        for before, after in zip([deployed, *found], found):
            for name, table in tables(after).items():
                self.assertLessEqual(len(indexes(tables(before)[name]).keys() ^ indexes(table).keys()), 1, name)
                keys = {key["AttributeName"] for one in [table, *indexes(table).values()] for key in one["KeySchema"]}
                self.assertEqual({one["AttributeName"] for one in table["AttributeDefinitions"]}, keys)

    def test_make_one_index_of_a_table_at_a_time_and_the_last_with_the_new_programs(self):
        deployed, new = template(A="a", B="", C=""), template(A="abcd", B="x", C="yz")
        found = steps(deployed, new)
        self.assertEqual([names(one) for one in found], [
            {"A": "ab", "B": "", "C": "y"}, {"A": "abc", "B": "", "C": "y"}, {"A": "abcd", "B": "x", "C": "yz"},
        ])
        self.assert_each_changes_one(deployed, found)

    def test_delete_indexes_one_at_a_time_after_the_new_programs_are_there(self):
        deployed, new = template(A="abc", B="x"), template(A="ad", B="")
        found = steps(deployed, new)
        self.assertEqual([names(one) for one in found], [{"A": "abcd", "B": "x"}, {"A": "acd", "B": ""}, {"A": "ad", "B": ""}])
        self.assert_each_changes_one(deployed, found)
        self.assertEqual(found[-1], new)

    def test_are_one_where_nothing_changes_and_where_a_table_is_new(self):
        same = template(A="ab")
        self.assertEqual(steps(same, copy.deepcopy(same)), [same])
        self.assertEqual(len(steps(same, template(A="ab", B="xyz"))), 1)

    def test_refuse_what_would_lose_a_table_or_an_index_in_use(self):
        with self.assertRaisesRegex(Failed, "the key of A would change"):
            steps(template(A="a"), template(key="pk", A="a"))
        changed = template(A="a")
        changed["Resources"]["A"]["Properties"]["GlobalSecondaryIndexes"][0]["Projection"] = {"ProjectionType": "ALL"}
        with self.assertRaisesRegex(Failed, "the index a of A would change"):
            steps(template(A="a"), changed)

    def test_from_the_last_release_to_this_one_are_known(self):
        last = json.loads(LAST_RELEASE.read_text(encoding="utf-8"))
        self.assertEqual(len(steps({"Resources": last}, yaml_parse((ROOT / "template.yaml").read_text(encoding="utf-8")))), 1)


if __name__ == "__main__":
    unittest.main()
