import {
  DeleteObjectCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { AppError } from '@/server/errors/app-error.ts';
import { guardedS3Handler } from '@/server/network/guarded-s3.ts';
import type { MetadataStore } from './metadata-store.ts';

export type S3MetadataStoreOptions = {
  /** `s3://bucket/prefix`: nothing outside is touched. */
  readonly root: string;
  readonly region: string;
  readonly endpoint?: string;
  readonly pathStyle?: boolean;
  /** The SDK's own chain (environment, profile, instance role) when left out. */
  readonly credentials?: NonNullable<S3ClientConfig['credentials']>;
};

/** Files of a warehouse in S3 or a store that speaks it. One PUT is atomic and durable when it is answered. */
export function openS3MetadataStore(options: S3MetadataStoreOptions): MetadataStore & Disposable {
  const client = new S3Client({
    region: options.region,
    // Many compatible stores refuse the checksums that the SDK adds by default.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    requestHandler: guardedS3Handler({}),
    ...(options.endpoint === undefined ? {} : { endpoint: options.endpoint }),
    ...(options.pathStyle === undefined ? {} : { forcePathStyle: options.pathStyle }),
    ...(options.credentials === undefined ? {} : { credentials: options.credentials }),
  });
  const root = options.root.replace(/\/+$/, '');
  return {
    async read(uri) {
      try {
        const { Body } = await client.send(new GetObjectCommand(objectOf(root, uri)));
        return Body ? Buffer.from(await Body.transformToByteArray()) : null;
      } catch (error) {
        if (error instanceof NoSuchKey) return null;
        throw error;
      }
    },
    async write(uri, bytes) {
      const ContentType = uri.endsWith('.json') ? 'application/json' : 'application/octet-stream';
      await client.send(new PutObjectCommand({ ...objectOf(root, uri), Body: bytes, ContentType }));
    },
    async delete(uri) {
      await client.send(new DeleteObjectCommand(objectOf(root, uri)));
    },
    [Symbol.dispose]: () => client.destroy(),
  };
}

function objectOf(root: string, uri: string): { Bucket: string; Key: string } {
  const match = /^s3:\/\/([^/]+)\/(.+)$/.exec(uri);
  const [, Bucket, Key] = match ?? [];
  const inside = uri.startsWith(`${root}/`) && !uri.split('/').includes('..');
  if (!inside || !Bucket || !Key) throw new AppError('INVALID_INPUT', `not a file of this warehouse: ${uri}`);
  return { Bucket, Key };
}
