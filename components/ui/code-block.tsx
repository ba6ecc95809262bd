import { CopyButton } from './copy-button.tsx';
import { cx } from './cx.ts';

/** SQL, commands and configuration, to read and to copy whole. */
export function CodeBlock({ code, label, className }: { code: string; label: string; className?: string }) {
  return (
    <figure className={cx('min-w-0 overflow-hidden rounded-md border border-line bg-raised', className)}>
      <figcaption className="flex items-center justify-between border-b border-line py-1 pr-1 pl-3 text-xs text-muted">
        {label}
        <CopyButton text={code} label={`Copy ${label}`} />
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <pre tabIndex={0} className="overflow-x-auto px-3 py-2.5 font-mono text-xs leading-5">
        <code>{code}</code>
      </pre>
    </figure>
  );
}

/** An LSN, id or name of the database, with a way to copy it. */
export function Identifier({ text, className, label }: { text: string; className?: string; label?: string }) {
  return (
    <span className={cx('inline-flex max-w-full items-center gap-0.5', className)}>
      <code className="truncate font-mono text-xs">{text}</code>
      <CopyButton text={text} label={label ?? `Copy ${text}`} />
    </span>
  );
}
