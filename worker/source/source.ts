/** The port of the changes of one source; its promises are part of the contract of every connector. */
export type { ChangeSource } from '@/packages/connector/contract.ts';
