import { describe, expect, it } from 'vitest';
import { type AvroSchema, fieldsOf } from './avro/avro-type.ts';
import { manifestEntrySchema, manifestFileSchema } from './avro-schemas.ts';

/** `id name type` of every field, depth first; `?` means optional, `*` an array. */
function* lines(schema: AvroSchema): Generator<string> {
  for (const field of fieldsOf(schema)) {
    yield `${field['field-id']} ${field.name} ${typeText(field.type)}`;
    yield* lines(itemsOf(field.type));
  }
}

function typeText(type: AvroSchema): string {
  if (typeof type === 'string') return type;
  if (Array.isArray(type)) return `?${typeText(type[1])}`;
  const complex = type as { type: string; name?: string; items: AvroSchema; logicalType?: string };
  const element = 'element-id' in type ? `<${String(type['element-id'])}>` : '';
  if (complex.type === 'array') return `*${element}${complex.logicalType ?? ''}${typeText(complex.items)}`;
  return complex.name ?? complex.type;
}

function itemsOf(type: AvroSchema): AvroSchema {
  if (Array.isArray(type)) return itemsOf(type[1]);
  return typeof type === 'object' && 'items' in type ? (type.items as AvroSchema) : type;
}

describe('the Avro schemas', () => {
  // Ids, names, types and order as Java's writers have them (spec: Manifests; Manifest Lists).
  it('have the fields of a v2 manifest entry', () => {
    expect([...lines(manifestEntrySchema())]).toEqual([
      '0 status int',
      '1 snapshot_id ?long',
      '3 sequence_number ?long',
      '4 file_sequence_number ?long',
      '2 data_file r2',
      '134 content int',
      '100 file_path string',
      '101 file_format string',
      '102 partition r102',
      '103 record_count long',
      '104 file_size_in_bytes long',
      '108 column_sizes ?*mapk117_v118',
      '117 key int',
      '118 value long',
      '109 value_counts ?*mapk119_v120',
      '119 key int',
      '120 value long',
      '110 null_value_counts ?*mapk121_v122',
      '121 key int',
      '122 value long',
      '137 nan_value_counts ?*mapk138_v139',
      '138 key int',
      '139 value long',
      '125 lower_bounds ?*mapk126_v127',
      '126 key int',
      '127 value bytes',
      '128 upper_bounds ?*mapk129_v130',
      '129 key int',
      '130 value bytes',
      '131 key_metadata ?bytes',
      '132 split_offsets ?*<133>long',
      '135 equality_ids ?*<136>int',
      '140 sort_order_id ?int',
      '143 referenced_data_file ?string',
    ]);
  });

  it('have the fields of a v2 manifest list', () => {
    expect([...lines(manifestFileSchema())]).toEqual([
      '500 manifest_path string',
      '501 manifest_length long',
      '502 partition_spec_id int',
      '517 content int',
      '515 sequence_number long',
      '516 min_sequence_number long',
      '503 added_snapshot_id long',
      '504 added_files_count int',
      '505 existing_files_count int',
      '506 deleted_files_count int',
      '512 added_rows_count long',
      '513 existing_rows_count long',
      '514 deleted_rows_count long',
      '507 partitions ?*<508>r508',
      '509 contains_null boolean',
      '518 contains_nan ?boolean',
      '510 lower_bound ?bytes',
      '511 upper_bound ?bytes',
      '519 key_metadata ?bytes',
    ]);
  });
});
