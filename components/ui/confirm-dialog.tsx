'use client';

import { Check, TriangleAlert } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Button } from './button.tsx';
import { Dialog } from './dialog.tsx';
import { ErrorNote } from './error-state.tsx';
import { Field, Input } from './field.tsx';

type ConfirmProps = {
  readonly open: boolean;
  readonly onClose: () => void;
  /** A question: "Delete pipeline shop?" */
  readonly title: string;
  /** What will happen, one sentence each. */
  readonly consequences: readonly ReactNode[];
  /** What stays as it is. */
  readonly stays?: readonly ReactNode[];
  /** Verb and object: "Delete pipeline". */
  readonly action: string;
  /** While it acts: "Deleting". */
  readonly acting: string;
  readonly isDanger?: boolean;
  /** For the gravest: the name that must be typed. */
  readonly typeName?: string;
  readonly isPending: boolean;
  readonly error?: unknown;
  readonly onConfirm: () => void;
  readonly children?: ReactNode;
};

/** Says what will happen and what stays, before it does. Stays open until the action ended well. */
export function ConfirmDialog(props: ConfirmProps) {
  const { open, onClose, title, action, acting, isDanger, isPending } = props;
  const [typed, setTyped] = useState('');
  const mustType = props.typeName !== undefined && typed !== props.typeName;
  const close = () => {
    setTyped('');
    onClose();
  };
  return (
    <Dialog
      open={open}
      onClose={close}
      title={title}
      footer={
        <>
          <Button onClick={close}>Cancel</Button>
          <Button
            kind={isDanger ? 'danger' : 'primary'}
            reason={mustType ? `Type ${props.typeName} first` : null}
            pending={isPending && acting}
            onClick={props.onConfirm}
          >
            {action}
          </Button>
        </>
      }
    >
      <div className="space-y-4">
        <ul className="space-y-2">
          {props.consequences.map((consequence, index) => (
            <li key={index} className="flex gap-2.5">
              <TriangleAlert
                className={`mt-0.5 size-4 shrink-0 ${isDanger ? 'text-failed' : 'text-attention'}`}
                aria-hidden="true"
              />
              <span>{consequence}</span>
            </li>
          ))}
          {props.stays?.map((kept, index) => (
            <li key={index} className="flex gap-2.5 text-muted">
              <Check className="mt-0.5 size-4 shrink-0 text-running" aria-hidden="true" />
              <span>{kept}</span>
            </li>
          ))}
        </ul>
        {props.children}
        {props.typeName !== undefined && (
          <Field label={`Type ${props.typeName} to confirm`}>
            <Input value={typed} onChange={(event) => setTyped(event.target.value)} autoComplete="off" />
          </Field>
        )}
        {props.error ? <ErrorNote error={props.error} /> : null}
      </div>
    </Dialog>
  );
}
