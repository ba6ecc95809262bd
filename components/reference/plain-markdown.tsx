import type { ReactNode } from 'react';

/** Paragraphs, **bold** and `code`: all that the document's descriptions use. */
export function PlainMarkdown({ text }: { text: string }): ReactNode {
  return text.split('\n\n').map((paragraph) => (
    <p key={paragraph} className="max-w-3xl text-sm text-muted not-first:mt-3">
      <MarkedText text={paragraph} />
    </p>
  ));
}

/** One line of it, in the colour of what is around it. */
export const MarkedText = ({ text }: { text: string }): ReactNode =>
  text.split(/(\*\*[^*]+\*\*|`[^`]+`)/).map((part, index) => piece(part, `${index}${part}`));

function piece(part: string, key: string): ReactNode {
  if (part.startsWith('**')) {
    return (
      <strong key={key} className="font-semibold text-ink">
        {part.slice(2, -2)}
      </strong>
    );
  }
  if (part.startsWith('`')) {
    return (
      <code key={key} className="rounded-sm bg-raised px-1 font-mono text-xs text-ink">
        {part.slice(1, -1)}
      </code>
    );
  }
  return part;
}
