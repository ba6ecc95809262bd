import { describe, expect, it } from 'vitest';
import { parsePayload } from './parse-payload.ts';

const values = (tail: string) => parsePayload(Buffer.from(`i,1,0,0,7,,${tail}`));

describe('parsePayload', () => {
  it('tells NULL from the empty text and keeps quotes, commas and line ends', () => {
    expect(values('"1",,"","a ""b"", c\nd"\n')).toEqual(['1', null, '', 'a "b", c\nd']);
    expect(values('"x",\n')).toEqual(['x', null]);
    expect(values('"x"')).toEqual(['x']);
  });
});
