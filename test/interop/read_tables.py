"""Reads every table of an Iceberg REST catalog with pyiceberg and compares its rows with the source's, exactly.

Environment
  CATALOG_URI, CATALOG_TOKEN, WAREHOUSE   the catalog
  SOURCE_URL                              the source PostgreSQL (needs psycopg), or SOURCE_DUMP
  SOURCE_SCHEMA                           its schema, where that is not the lake's namespace
  SOURCE_DUMP                             a JSON file {"namespace.table": {"columns": [..], "rows": [[text|null, ..], ..]}}
                                          with PostgreSQL's text output under UTC, ISO dates and hex bytea
Arguments: names of the tables to compare (`namespace.table`), else all that the catalog lists. Tables whose name ends
in `_changelog` are read and counted only. Ends with `N passed, N failed`.
"""

import collections
import datetime
import decimal
import json
import os
import re
import struct
import sys
import traceback
import uuid

import pyarrow as pa
from pyiceberg.catalog import load_catalog
from pyiceberg.types import (
    BinaryType,
    BooleanType,
    DateType,
    DecimalType,
    DoubleType,
    FixedType,
    FloatType,
    IntegerType,
    ListType,
    LongType,
    StringType,
    TimestampType,
    TimestamptzType,
    TimeType,
    UUIDType,
)


def main():
    catalog = load_catalog(
        "read",
        type="rest",
        uri=os.environ["CATALOG_URI"],
        token=os.environ["CATALOG_TOKEN"],
        warehouse=os.environ["WAREHOUSE"],
    )
    source = DumpSource(os.environ["SOURCE_DUMP"]) if "SOURCE_DUMP" in os.environ else PostgresSource()
    names = [tuple(name.split(".")) for name in sys.argv[1:]] or all_tables(catalog)
    passed = failed = 0
    for name in names:
        text = ".".join(name)
        try:
            outcome = compare(catalog.load_table(name), source, name)
            passed += 1
            print(f"ok      {text}: {outcome}", flush=True)
        except Exception as error:
            failed += 1
            print(f"FAILED  {text}: {error}", flush=True)
            if not isinstance(error, Difference):
                traceback.print_exc()
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or passed == 0 else 0


class Difference(Exception):
    pass


def all_tables(catalog, parent=()):
    found = []
    for namespace in catalog.list_namespaces(parent):
        found += catalog.list_tables(namespace) + all_tables(catalog, namespace)
    return sorted(found)


def compare(table, source, name):
    lake = table.scan().to_arrow()
    if name[-1].endswith("_changelog"):
        return f"{lake.num_rows} changes read"
    columns, rows = source.read(name)
    fields = {field.name: field.field_type for field in table.schema().fields}
    missing = [column for column in columns if column not in fields]
    if missing:
        raise Difference(f"columns {missing} are not in the lake")
    # A column that the source dropped stays in the lake, null for new rows; it has no counterpart to compare with.
    types = [fields[column] for column in columns]
    expected = collections.Counter(
        tuple(from_text(value, kind) for value, kind in zip(row, types, strict=True)) for row in rows
    )
    actual = collections.Counter(lake_rows(lake, columns, types))
    if expected == actual:
        return f"{sum(actual.values())} rows equal"
    lost, surplus = expected - actual, actual - expected
    counts = f"{sum(lost.values())} rows missing, {sum(surplus.values())} too many"
    differing = sorted({columns[i] for a, b in pairs(lost, surplus) for i in range(len(columns)) if a[i] != b[i]})
    raise Difference(f"{counts} of {sum(expected.values())}; columns that differ: {differing or 'whole rows'}")


def pairs(lost, surplus):
    """Rows that agree in their first column, so that a difference can be named by its column."""
    by_key = {row[0]: row for row in surplus}
    return [(row, by_key[row[0]]) for row in lost if row[0] in by_key]


def lake_rows(lake, columns, types):
    values = [[from_arrow(value, kind) for value in arrow_values(lake[c])] for c, kind in zip(columns, types, strict=True)]
    return zip(*values, strict=True) if values else []


def arrow_values(column):
    """Python values that keep every bit: times as integers, since datetime ends in the year 9999."""
    for chunk in column.chunks:
        yield from integers(chunk).to_pylist()


def integers(array):
    kind = array.type
    if isinstance(array, pa.ExtensionArray):
        return integers(array.storage)
    if pa.types.is_timestamp(kind) or pa.types.is_time64(kind):
        return array.cast(pa.timestamp("us") if pa.types.is_timestamp(kind) else kind).view(pa.int64())
    if pa.types.is_date32(kind):
        return array.view(pa.int32())
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        # Slices are resolved first: offsets and values must speak of the same rows.
        flat = pa.concat_arrays([array])
        values = integers(flat.values)
        builder = pa.LargeListArray if pa.types.is_large_list(kind) else pa.ListArray
        return builder.from_arrays(flat.offsets, values, mask=flat.is_null() if flat.null_count else None)
    return array


def from_arrow(value, kind):
    """One comparable value per lake value; equal values of both sides are equal Python objects."""
    if value is None:
        return None
    if isinstance(kind, ListType):
        return tuple(from_arrow(item, kind.element_type) for item in value)
    if isinstance(kind, FloatType):
        return float_bits("f", value)
    if isinstance(kind, DoubleType):
        return float_bits("d", value)
    if isinstance(kind, UUIDType):
        return value if isinstance(value, bytes) else uuid.UUID(str(value)).bytes
    if isinstance(kind, DecimalType):
        return int(value.scaleb(kind.scale, decimal.Context(prec=60)))
    return value


def from_text(text, kind):
    """PostgreSQL's text as the same comparable value."""
    if text is None:
        return None
    if isinstance(kind, ListType):
        return tuple(from_text(item, kind.element_type) for item in array_items(text))
    for types, parse in PARSERS:
        if isinstance(kind, types):
            return parse(text, kind)
    raise Difference(f"no comparison for {kind}")


def float_bits(form, value):
    # One NaN for all: PostgreSQL keeps no payload.
    return "NaN" if value != value else struct.pack(f"<{form}", value)


def unscaled(text, kind):
    return int(decimal.Decimal(text).scaleb(kind.scale, decimal.Context(prec=60)))


EPOCH = datetime.date(1970, 1, 1).toordinal()


def days(text, _kind=None):
    year, month, day = text.split("-")
    if len(year) > 4:
        # The calendar repeats every 400 years of 146,097 days.
        cycles, rest = divmod(int(year), 400)
        return datetime.date(rest + 400, int(month), int(day)).toordinal() - EPOCH + (cycles - 1) * 146_097
    return datetime.date(int(year), int(month), int(day)).toordinal() - EPOCH


def micros(text, _kind=None):
    hours, minutes, seconds = text.split(":")
    whole, _, fraction = seconds.partition(".")
    return ((int(hours) * 60 + int(minutes)) * 60 + int(whole)) * 1_000_000 + int(fraction.ljust(6, "0") or 0)


def instant(text, _kind=None):
    date, time = re.fullmatch(r"(\S+) ([\d:.]+)(?:\+00)?", text).groups()
    return days(date) * 86_400_000_000 + micros(time)


PARSERS = [
    (BooleanType, lambda text, _: text in ("t", "true")),
    ((IntegerType, LongType), lambda text, _: int(text)),
    (FloatType, lambda text, _: float_bits("f", float(text))),
    (DoubleType, lambda text, _: float_bits("d", float(text))),
    (DecimalType, unscaled),
    (StringType, lambda text, _: text),
    (UUIDType, lambda text, _: uuid.UUID(text).bytes),
    ((BinaryType, FixedType), lambda text, _: bytes.fromhex(text.removeprefix("\\x"))),
    (DateType, days),
    (TimeType, micros),
    ((TimestampType, TimestamptzType), instant),
]

ITEM = re.compile(r'"((?:[^"\\]|\\.)*)"|([^,{}"]+)', re.DOTALL)


def array_items(text):
    """Items of a one-dimensional array as PostgreSQL prints it (manual: Array Input and Output Syntax)."""
    body = text[text.index("{") + 1 : -1]
    items, at = [], 0
    while at < len(body):
        match = ITEM.match(body, at)
        quoted, bare = match.groups()
        items.append(re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL) if bare is None else None if bare == "NULL" else bare)
        at = match.end() + 1
    return items


class DumpSource:
    def __init__(self, path):
        with open(path, encoding="utf-8") as file:
            self.tables = json.load(file)

    def read(self, name):
        table = self.tables[".".join(name)]
        return table["columns"], table["rows"]


class PostgresSource:
    def __init__(self):
        import psycopg

        self.connection = psycopg.connect(os.environ["SOURCE_URL"], autocommit=True)
        for setting in ("datestyle = 'ISO, YMD'", "timezone = 'UTC'", "bytea_output = 'hex'", "extra_float_digits = 3",
                        "intervalstyle = 'postgres'"):
            self.connection.execute(f"set {setting}")

    def read(self, name):
        from psycopg import sql

        schema, table = os.environ.get("SOURCE_SCHEMA", name[-2]), name[-1]
        columns = [row[0] for row in self.connection.execute(
            "select attname::text from pg_attribute where attrelid = format('%%I.%%I', %s::text, %s::text)::regclass "
            "and attnum > 0 and not attisdropped and attgenerated = '' order by attnum", (schema, table))]
        # The type's own output, as in the stream; a cast to text would strip char(n) and add masks to inet.
        shown = sql.SQL(", ").join(
            sql.SQL("case when {0} is not null then format('%s', {0}) end").format(sql.Identifier(column))
            for column in columns)
        query = sql.SQL("select {} from {}").format(shown, sql.Identifier(schema, table))
        return columns, self.connection.execute(query).fetchall()


if __name__ == "__main__":
    sys.exit(main())
