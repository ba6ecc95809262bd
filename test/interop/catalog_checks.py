"""Drives an Iceberg REST catalog with pyiceberg, as its users would, and checks what comes back.

Environment: CATALOG_URI, CATALOG_TOKEN, WAREHOUSE. Works in namespaces of its own. Ends with `N passed, N failed`.
"""

import json
import os
import sys
import tempfile
import threading
import traceback
import uuid

import pyarrow as pa
import read_tables
from pyiceberg.catalog import load_catalog
from pyiceberg.exceptions import (
    CommitFailedException,
    NamespaceAlreadyExistsError,
    NamespaceNotEmptyError,
    NoSuchNamespaceError,
    NoSuchTableError,
    TableAlreadyExistsError,
)
from pyiceberg.partitioning import PartitionField, PartitionSpec
from pyiceberg.schema import Schema
from pyiceberg.table.sorting import SortField, SortOrder
from pyiceberg.transforms import BucketTransform, DayTransform, IdentityTransform
from pyiceberg.types import (
    DecimalType,
    ListType,
    LongType,
    NestedField,
    StringType,
    StructType,
    TimestamptzType,
)

RUN = uuid.uuid4().hex[:8]
CHECKS = []


def check(function):
    CHECKS.append(function)
    return function


def open_catalog():
    return load_catalog(
        "checked",
        type="rest",
        uri=os.environ["CATALOG_URI"],
        token=os.environ["CATALOG_TOKEN"],
        warehouse=os.environ["WAREHOUSE"],
    )


def raises(error, function):
    try:
        function()
    except error:
        return
    raise AssertionError(f"{error.__name__} was not raised")


SCHEMA = Schema(
    NestedField(11, "id", LongType(), required=True),
    NestedField(12, "name", StringType(), required=False),
    NestedField(13, "at", TimestamptzType(), required=False),
    NestedField(14, "price", DecimalType(12, 2), required=False),
    NestedField(15, "tags", ListType(element_id=16, element_type=StringType(), element_required=False)),
    NestedField(17, "place", StructType(NestedField(18, "x", LongType(), required=False)), required=False),
    identifier_field_ids=[11],
)


def rows(start, count):
    table = pa.table(
        {
            "id": pa.array(range(start, start + count), pa.int64()),
            "name": [None if i % 3 == 0 else f"n{i}" for i in range(count)],
        }
    )
    return table.cast(pa.schema([pa.field("id", pa.int64(), nullable=False), pa.field("name", pa.string())]))


NARROW = Schema(
    NestedField(1, "id", LongType(), required=True),
    NestedField(2, "name", StringType(), required=False),
)


@check
def namespaces_live_and_die(catalog):
    name = f"ns_{RUN}"
    catalog.create_namespace(name, {"owner": "checks"})
    raises(NamespaceAlreadyExistsError, lambda: catalog.create_namespace(name))
    assert catalog.load_namespace_properties(name)["owner"] == "checks"
    summary = catalog.update_namespace_properties(name, removals={"owner", "none"}, updates={"x": "1"})
    assert (summary.removed, summary.updated, summary.missing) == (["owner"], ["x"], ["none"]), summary
    catalog.create_namespace((name, "inner level"))
    assert (name, "inner level") in catalog.list_namespaces(name)
    assert catalog.namespace_exists((name, "inner level"))
    raises(NamespaceNotEmptyError, lambda: catalog.drop_namespace(name))
    catalog.drop_namespace((name, "inner level"))
    catalog.drop_namespace(name)
    assert not catalog.namespace_exists(name)
    raises(NoSuchNamespaceError, lambda: catalog.list_tables(name))


@check
def a_table_is_created_with_spec_and_order(catalog):
    name = f"create_{RUN}"
    catalog.create_namespace(name)
    spec = PartitionSpec(
        PartitionField(11, 1000, BucketTransform(16), "id_bucket"), PartitionField(13, 1001, DayTransform(), "at_day")
    )
    order = SortOrder(SortField(12, IdentityTransform()))
    table = catalog.create_table((name, "t"), SCHEMA, partition_spec=spec, sort_order=order, properties={"a": "b"})
    assert [field.field_id for field in table.schema().fields] == [1, 2, 3, 4, 5, 6], table.schema()
    assert [field.source_id for field in table.spec().fields] == [1, 3]
    assert table.sort_order().fields[0].source_id == 2
    assert table.properties["a"] == "b"
    raises(TableAlreadyExistsError, lambda: catalog.create_table((name, "t"), SCHEMA))
    assert catalog.table_exists((name, "t"))
    assert catalog.list_tables(name) == [(name, "t")]
    catalog.rename_table((name, "t"), (name, "u v"))
    assert catalog.load_table((name, "u v")).metadata.table_uuid == table.metadata.table_uuid
    catalog.drop_table((name, "u v"))
    raises(NoSuchTableError, lambda: catalog.load_table((name, "u v")))
    catalog.drop_namespace(name)


@check
def rows_are_appended_overwritten_deleted_and_scanned(catalog):
    name = f"rows_{RUN}"
    catalog.create_namespace(name)
    table = catalog.create_table((name, "t"), NARROW)
    table.append(rows(0, 100))
    table.append(rows(100, 50))
    again = open_catalog().load_table((name, "t"))
    assert again.scan().to_arrow().num_rows == 150
    assert again.scan(row_filter="id >= 100").to_arrow().num_rows == 50
    table.delete("id < 10")
    assert table.refresh().scan().to_arrow().num_rows == 140
    table.overwrite(rows(0, 7))
    assert sorted(table.refresh().scan().to_arrow()["id"].to_pylist()) == list(range(7))
    first = table.history()[0].snapshot_id
    assert table.scan(snapshot_id=first).to_arrow().num_rows == 100
    with table.manage_snapshots() as manage:
        manage.create_tag(first, "first").create_branch(table.current_snapshot().snapshot_id, "side")
    assert set(table.refresh().metadata.refs) == {"main", "first", "side"}
    catalog.purge_table((name, "t"))
    folder = table.location().removeprefix("file://")
    left = [file for _, _, files in os.walk(folder) for file in files]
    assert left == [], left
    catalog.drop_namespace(name)


@check
def schemas_specs_and_properties_evolve(catalog):
    name = f"evolve_{RUN}"
    catalog.create_namespace(name)
    table = catalog.create_table((name, "t"), NARROW)
    table.append(rows(0, 3))
    with table.update_schema() as update:
        update.add_column("added", LongType())
        update.rename_column("name", "renamed")
    with table.update_spec() as update:
        update.add_field("id", BucketTransform(4), "bucket")
    with table.transaction() as transaction:
        transaction.set_properties(x="1", y="2")
        transaction.remove_properties("x")
    table = open_catalog().load_table((name, "t"))
    assert [field.name for field in table.schema().fields] == ["id", "renamed", "added"]
    assert table.spec().fields[0].name == "bucket" and table.metadata.last_partition_id == 1000
    assert table.properties.get("y") == "2" and "x" not in table.properties
    assert table.scan().to_arrow().num_rows == 3
    with table.transaction() as transaction:
        transaction.upgrade_table_version(2)
    catalog.drop_table((name, "t"))
    catalog.drop_namespace(name)


@check
def a_transaction_creates_and_fills_a_table(catalog):
    name = f"staged_{RUN}"
    catalog.create_namespace(name)
    with catalog.create_table_transaction((name, "t"), NARROW, properties={"p": "1"}) as transaction:
        with transaction.update_snapshot().fast_append() as append:
            assert append is not None
        assert not catalog.table_exists((name, "t"))
    assert catalog.load_table((name, "t")).properties["p"] == "1"
    catalog.drop_table((name, "t"))
    catalog.drop_namespace(name)


@check
def of_two_appends_on_one_base_one_is_told_to_retry(catalog):
    name = f"race_{RUN}"
    catalog.create_namespace(name)
    one = catalog.create_table((name, "t"), NARROW, properties={"commit.retry.num-retries": "0"})
    two = open_catalog().load_table((name, "t"))
    one.append(rows(0, 5))
    raises(CommitFailedException, lambda: two.append(rows(5, 5)))
    assert two.refresh().scan().to_arrow().num_rows == 5
    two.append(rows(5, 5))
    assert one.refresh().scan().to_arrow().num_rows == 10
    catalog.drop_table((name, "t"))
    catalog.drop_namespace(name)


@check
def concurrent_appends_never_lose_rows(catalog):
    name = f"many_{RUN}"
    catalog.create_namespace(name)
    catalog.create_table((name, "t"), NARROW)
    written = []

    def write(start):
        for round_number in range(4):
            for _ in range(50):
                try:
                    open_catalog().load_table((name, "t")).append(rows(start + round_number * 10, 10))
                    written.append(start + round_number * 10)
                    break
                except CommitFailedException:
                    continue

    threads = [threading.Thread(target=write, args=(1000 * i,)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    ids = sorted(catalog.load_table((name, "t")).scan().to_arrow()["id"].to_pylist())
    assert len(written) == 12 and ids == sorted(start + i for start in written for i in range(10))
    catalog.drop_table((name, "t"))
    catalog.drop_namespace(name)


EVERY_TYPE = [
    ("b", pa.bool_(), ["t", "f", None], [True, False, None]),
    ("i", pa.int32(), ["-7", "0", None], [-7, 0, None]),
    ("l", pa.int64(), ["9007199254740993", "-1", None], [9007199254740993, -1, None]),
    ("f", pa.float32(), ["0.1", "NaN", "-0"], [0.1, float("nan"), -0.0]),
    ("d", pa.float64(), ["0.1", "Infinity", None], [0.1, float("inf"), None]),
    ("n", pa.decimal128(38, 10), ["1234567890123456789012345678.0000000001", "-0.5000000000", None], None),
    ("s", pa.string(), ['a"b', "", None], ['a"b', "", None]),
    ("y", pa.binary(), ["\\x00ff", "\\x", None], [b"\x00\xff", b"", None]),
    ("day", pa.date32(), ["0001-01-01", "9999-12-31", None], [-719162, 2932896, None]),
    ("t", pa.time64("us"), ["23:59:59.999999", "00:00:00", None], [86399999999, 0, None]),
    ("ts", pa.timestamp("us"), ["1969-12-31 23:59:59.5", "9999-12-31 00:00:00", None], [-500000, 253402214400000000, None]),
    ("tz", pa.timestamp("us", "UTC"), ["2024-02-29 12:00:00.000001+00", "1970-01-01 00:00:00+00", None],
     [1709208000000001, 0, None]),
    ("a", pa.list_(pa.string()), ['{"x,y",NULL,"\\"\\\\"}', "{}", None], [["x,y", None, '"\\'], [], None]),
    ("at", pa.list_(pa.timestamp("us")), ['{"1970-01-01 00:00:00.000001"}', "{}", None], [[1], [], None]),
]


@check
def rows_of_every_type_compare_equal_and_one_changed_value_is_found(catalog):
    import decimal

    # pyiceberg cannot write years of five digits, other writers can.
    assert read_tables.days("12000-02-29") == 3663441
    name = f"types_{RUN}"
    catalog.create_namespace(name)
    arrays = []
    for _, kind, texts, values in EVERY_TYPE:
        values = values or [None if text is None else decimal.Decimal(text) for text in texts]
        arrays.append(pa.array(values, pa.int64()).cast(kind) if pa.types.is_timestamp(kind) else pa.array(values, kind))
    data = pa.table(arrays, names=[column for column, *_ in EVERY_TYPE])
    table = catalog.create_table((name, "t"), data.schema)
    table.append(data)
    dump = {"columns": data.column_names, "rows": [list(row) for row in zip(*(texts for _, _, texts, _ in EVERY_TYPE))]}
    assert compared(table, name, dump) == "3 rows equal"
    for column in range(len(EVERY_TYPE)):
        changed = json.loads(json.dumps(dump))
        changed["rows"][0][column], changed["rows"][1][column] = changed["rows"][1][column], changed["rows"][0][column]
        raises(read_tables.Difference, lambda: compared(table, name, changed))
    raises(read_tables.Difference, lambda: compared(table, name, {**dump, "rows": dump["rows"] + dump["rows"][:1]}))
    catalog.drop_table((name, "t"))
    catalog.drop_namespace(name)


def compared(table, namespace, dump):
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump({f"{namespace}.t": dump}, file)
        file.flush()
        return read_tables.compare(table, read_tables.DumpSource(file.name), (namespace, "t"))


def main():
    passed = failed = 0
    for run in CHECKS:
        try:
            run(open_catalog())
            passed += 1
            print(f"ok      {run.__name__}", flush=True)
        except Exception:
            failed += 1
            print(f"FAILED  {run.__name__}", flush=True)
            traceback.print_exc()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or passed == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
