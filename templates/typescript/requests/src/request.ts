/** As it comes, nobody knows what is in it. */
export type Request = Readonly<Record<string, unknown>>;

/** What users send may be anything, and a contract that throws ends its round for all of them. So what is no request is one of no type. */
export function parse(message: Buffer): Request {
  try {
    const request = JSON.parse(message.toString()) as unknown;
    return typeof request === 'object' && request !== null ? (request as Request) : {};
  } catch {
    return {};
  }
}
