import { calculateObjectSize, serialize, setInternalBufferSize, type SerializeOptions } from 'bson';

/** A document of any size. The library writes into a buffer of fixed size, by default 17 MiB, which what users and contracts send may exceed. */
export function toBson(document: object, options: SerializeOptions = {}): Buffer {
  setInternalBufferSize(calculateObjectSize(document, options));
  return Buffer.from(serialize(document, options));
}
