/** What a mail says, before it is drawn as text and as HTML. */
export interface Letter {
  readonly subject: string;
  /** The name the letter greets, if known. */
  readonly greeting?: string | null;
  readonly paragraphs: readonly string[];
  /** The one thing to do. */
  readonly action?: { readonly label: string; readonly url: string };
  /** Small print: until when, and what to do when the mail was not expected. */
  readonly notes?: readonly string[];
}

export interface DrawnMail {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const SIGNATURE = "Granary";

function escape(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;").replace(/'/g, "&#39;");
}

/** A header line cannot hold line breaks: names in a subject must not be able to add headers. */
function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

function drawText(letter: Letter): string {
  const blocks = [
    ...(letter.greeting == null ? [] : [`Hello ${oneLine(letter.greeting)},`]),
    ...letter.paragraphs,
    ...(letter.action === undefined ? [] : [`${letter.action.label}:\n${letter.action.url}`]),
    ...(letter.notes ?? []),
    `-- \n${SIGNATURE}`,
  ];
  return `${blocks.join("\n\n")}\n`;
}

const paragraph = (text: string) => `<p style="margin:0 0 16px">${escape(text)}</p>`;
const note = (text: string) => `<p style="margin:0 0 8px;font-size:13px;color:#5c6470">${escape(text)}</p>`;

function button(action: NonNullable<Letter["action"]>): string {
  const url = escape(action.url);
  return (
    `<p style="margin:24px 0"><a href="${url}" style="display:inline-block;padding:10px 18px;border-radius:6px;background:#8a5a00;color:#ffffff;text-decoration:none;font-weight:600">${escape(action.label)}</a></p>` +
    `<p style="margin:0 0 16px;font-size:13px;color:#5c6470;word-break:break-all">Or open this address: <a href="${url}" style="color:#8a5a00">${url}</a></p>`
  );
}

function drawHtml(letter: Letter): string {
  const body = [
    ...(letter.greeting == null ? [] : [paragraph(`Hello ${oneLine(letter.greeting)},`)]),
    ...letter.paragraphs.map(paragraph),
    ...(letter.action === undefined ? [] : [button(letter.action)]),
    ...(letter.notes ?? []).map(note),
  ].join("\n");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${escape(letter.subject)}</title></head>
<body style="margin:0;padding:32px 16px;background:#f5f5f2;color:#1d2129;font:16px/1.5 system-ui,sans-serif">
<div style="max-width:520px;margin:0 auto;padding:32px;background:#ffffff;border:1px solid #e1e1dc;border-radius:8px">
<p style="margin:0 0 24px;font-weight:600;color:#8a5a00">${SIGNATURE}</p>
${body}
</div></body></html>
`;
}

/** Draws a letter as plain text and as HTML that loads nothing from anywhere. */
export function draw(letter: Letter): DrawnMail {
  return { subject: oneLine(letter.subject), text: drawText(letter), html: drawHtml(letter) };
}
