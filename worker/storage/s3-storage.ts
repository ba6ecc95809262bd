import { open } from 'node:fs/promises';
import {
  AbortMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  type ListMultipartUploadsCommandInput,
  type ListMultipartUploadsCommandOutput,
  ListObjectsV2Command,
  S3Client,
  S3ServiceException,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { AppError } from '@/server/errors/app-error.ts';
import { guardedS3Handler } from '@/server/network/guarded-s3.ts';
import { codedS3Error } from './s3-errors.ts';
import type { Storage, StoredObject } from './storage.ts';

export type S3Settings = {
  readonly region: string;
  /** For stores that are not AWS, e.g. `http://127.0.0.1:9000`. */
  readonly endpoint?: string;
  /** `http://host/bucket/key` instead of `http://bucket.host/key`; MinIO and most private stores want it. */
  readonly pathStyle?: boolean;
  /** Without it the SDK's own chain decides (environment, profile, instance role). */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
};

const PART_BYTES = 16 * 1024 * 1024;
const PARTS_IN_FLIGHT = 3;
const CONNECT_MS_MAX = 5_000;
/** Of one request, so of one part or one read. */
const REQUEST_MS_MAX = 120_000;
/** What one DeleteObjects call takes (S3 API reference). */
const DELETE_KEYS_MAX = 1_000;

/** A warehouse in S3 or a store that speaks its protocol. URIs are `s3://bucket/key` (also `s3a://`, `s3n://`). */
export function openS3Storage(settings: S3Settings): Storage & AsyncDisposable {
  const client = new S3Client({
    region: settings.region,
    forcePathStyle: settings.pathStyle ?? settings.endpoint !== undefined,
    // Many S3-compatible stores reject the trailing checksums that the SDK adds by default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: guardedS3Handler({ connectionTimeout: CONNECT_MS_MAX, requestTimeout: REQUEST_MS_MAX }),
    ...(settings.endpoint === undefined ? {} : { endpoint: settings.endpoint }),
    ...(settings.credentials === undefined ? {} : { credentials: settings.credentials }),
  });

  return {
    upload: (localPath, uri, { signal } = {}) =>
      coded(uri, async () => {
        await using file = await open(localPath, 'r');
        const { size } = await file.stat();
        await put(client, { uri, body: file.createReadStream({ autoClose: false }), size, signal });
      }),

    write: (uri, bytes) => coded(uri, () => put(client, { uri, body: bytes, size: bytes.length, signal: undefined })),

    read: (uri) =>
      coded(uri, async () => {
        const found = await client.send(new GetObjectCommand(place(uri)));
        return bodyBytes(found.Body, uri);
      }),

    readRange: (uri, offset, length) =>
      coded(uri, async () => {
        if (length === 0) return Buffer.alloc(0);
        const range = `bytes=${offset}-${offset + length - 1}`;
        const found = await client.send(new GetObjectCommand({ ...place(uri), Range: range }));
        const bytes = await bodyBytes(found.Body, uri);
        if (bytes.length !== length) {
          throw new AppError('STORAGE_FILE_MISSING', `got ${bytes.length} of ${length} bytes at ${offset}: ${uri}`);
        }
        return bytes;
      }),

    async delete(uris) {
      for (const [bucket, keys] of keysByBucket(uris)) {
        for (let start = 0; start < keys.length; start += DELETE_KEYS_MAX) {
          await coded(`s3://${bucket}`, () => deleteKeys(client, bucket, keys.slice(start, start + DELETE_KEYS_MAX)));
        }
      }
    },

    list: (prefix) => listObjects(client, prefix),

    abandonUploads: (prefix, beforeMs) => coded(prefix, () => abandonUploads(client, prefix, beforeMs)),

    localPath: () => null,

    async [Symbol.asyncDispose]() {
      client.destroy();
    },
  };
}

type Put = { uri: string; body: Upload['params']['Body']; size: number; signal: AbortSignal | undefined };

/** Multipart when large; then asks the store what it holds, since a cut connection may leave less. */
async function put(client: S3Client, { uri, body, size, signal }: Put): Promise<void> {
  signal?.throwIfAborted();
  const upload = new Upload({
    client,
    params: { ...place(uri), Body: body, ContentLength: size },
    partSize: PART_BYTES,
    queueSize: PARTS_IN_FLIGHT,
  });
  const abort = () => void upload.abort();
  signal?.addEventListener('abort', abort, { once: true });
  try {
    await upload.done();
  } finally {
    signal?.removeEventListener('abort', abort);
  }
  const stored = await client.send(new HeadObjectCommand(place(uri)));
  if (stored.ContentLength !== size) {
    throw new AppError('STORAGE_UNREACHABLE', `the store holds ${stored.ContentLength} of ${size} bytes: ${uri}`);
  }
}

async function deleteKeys(client: S3Client, bucket: string, keys: readonly string[]): Promise<void> {
  const answer = await client.send(
    new DeleteObjectsCommand({ Bucket: bucket, Delete: { Objects: keys.map((Key) => ({ Key })), Quiet: true } }),
  );
  const failed = (answer.Errors ?? []).filter((error) => error.Code !== 'NoSuchKey');
  if (failed.length === 0) return;
  const denied = failed.some((error) => error.Code === 'AccessDenied');
  throw new AppError(
    denied ? 'STORAGE_DENIED' : 'STORAGE_UNREACHABLE',
    `${failed.length} of ${keys.length} files could not be deleted from ${bucket}: ${failed[0]?.Code}`,
  );
}

async function* listObjects(client: S3Client, prefix: string): AsyncGenerator<StoredObject> {
  const { Bucket, Key } = place(prefix);
  let token: string | undefined;
  do {
    const page = await coded(prefix, () =>
      client.send(new ListObjectsV2Command({ Bucket, Prefix: Key, ...(token ? { ContinuationToken: token } : {}) })),
    );
    for (const object of page.Contents ?? []) {
      if (object.Key === undefined) continue;
      yield {
        uri: `${schemeOf(prefix)}://${Bucket}/${object.Key}`,
        bytes: object.Size ?? 0,
        modifiedAtMs: object.LastModified?.getTime() ?? 0,
      };
    }
    token = page.IsTruncated ? page.NextContinuationToken : undefined;
  } while (token !== undefined);
}

/** Statuses of stores that do not offer the listing. */
const NOT_OFFERED: ReadonlySet<unknown> = new Set([400, 404, 405, 501]);

async function abandonUploads(client: S3Client, prefix: string, beforeMs: number): Promise<number> {
  const { Bucket, Key: Prefix } = place(prefix);
  let abandoned = 0;
  let after: Pick<ListMultipartUploadsCommandInput, 'KeyMarker' | 'UploadIdMarker'> | null = {};
  while (after) {
    const page: ListMultipartUploadsCommandOutput | null = await client
      .send(new ListMultipartUploadsCommand({ Bucket, Prefix, ...after }))
      .catch((error: unknown) => {
        if (error instanceof S3ServiceException && NOT_OFFERED.has(error.$metadata.httpStatusCode)) return null;
        throw error;
      });
    for (const { Key, UploadId, Initiated } of page?.Uploads ?? []) {
      if (!Key?.startsWith(Prefix) || !Initiated || Initiated.getTime() >= beforeMs) continue;
      await client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId }));
      abandoned++;
    }
    const next = { KeyMarker: page?.NextKeyMarker, UploadIdMarker: page?.NextUploadIdMarker };
    after = page?.IsTruncated && next.KeyMarker ? next : null;
  }
  return abandoned;
}

/** The key is taken literally: Iceberg locations are not percent-encoded. */
function place(uri: string): { Bucket: string; Key: string } {
  const match = /^s3[an]?:\/\/([^/]+)\/(.*)$/s.exec(uri);
  if (!match?.[1]) throw new AppError('INVALID_INPUT', `not an S3 URI: ${uri}`);
  return { Bucket: match[1], Key: match[2] ?? '' };
}

const schemeOf = (uri: string): string => uri.slice(0, uri.indexOf(':'));

function keysByBucket(uris: readonly string[]): Map<string, string[]> {
  const keys = new Map<string, string[]>();
  for (const uri of uris) {
    const { Bucket, Key } = place(uri);
    const ofBucket = keys.get(Bucket);
    if (ofBucket) ofBucket.push(Key);
    else keys.set(Bucket, [Key]);
  }
  return keys;
}

type Body = { transformToByteArray(): Promise<Uint8Array> } | undefined;

async function bodyBytes(body: Body, uri: string): Promise<Buffer> {
  if (!body) throw new AppError('STORAGE_UNREACHABLE', `the store answered without a body: ${uri}`);
  const bytes = await body.transformToByteArray();
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

async function coded<T>(uri: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw codedS3Error(error, `storage failed on ${uri}`);
  }
}
