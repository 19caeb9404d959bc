/** Byte-pair encoding with scores, as llama2.c's tokenizer files have it. */

const BOS = 1;
const FIRST_BYTE = 3; // tokens 3 … 258 are the bytes

export class Tokenizer {
  /**
   * @param {Uint8Array} file  int32 longest token, then for every token float32 score, int32 length, bytes
   * @throws {RangeError}      the file is not of that form
   */
  constructor(file, vocabulary) {
    const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
    this.pieces = []; // one character a byte
    this.scores = [];
    for (let t = 0, at = 4; t < vocabulary; t++) {
      const length = at + 8 <= file.length ? view.getInt32(at + 4, true) : -1;
      if (!(length >= 0 && at + 8 + length <= file.length)) {
        throw new RangeError(`no tokenizer of llama2.c for ${vocabulary} tokens: token ${t} is not in the file`);
      }
      this.scores.push(view.getFloat32(at, true));
      this.pieces.push(String.fromCharCode(...file.subarray(at + 8, at + 8 + length)));
      at += 8 + length;
    }
    this.tokens = new Map(this.pieces.map((piece, token) => [piece, token]));
  }

  /** BOS, then the text: a token a character, neighbours merged as long as a pair is a token, best score first. */
  encode(text) {
    const tokens = [];
    for (const character of text === "" ? "" : ` ${text}`) {
      const bytes = String.fromCharCode(...new TextEncoder().encode(character));
      if (this.tokens.has(bytes)) tokens.push(this.tokens.get(bytes));
      else for (const byte of bytes) tokens.push(byte.charCodeAt(0) + FIRST_BYTE);
    }
    for (;;) {
      let best = -1;
      let merged = 0;
      for (let i = 0; i + 1 < tokens.length; i++) {
        const pair = this.tokens.get(this.pieces[tokens[i]] + this.pieces[tokens[i + 1]]);
        if (pair === undefined || (best >= 0 && this.scores[pair] <= this.scores[merged])) continue;
        best = i;
        merged = pair;
      }
      if (best < 0) return [BOS, ...tokens];
      tokens.splice(best, 2, merged);
    }
  }

  /** The bytes of a token that follows another. */
  decode(token, before) {
    let piece = this.pieces[token];
    if (before === BOS && piece.startsWith(" ")) piece = piece.slice(1);
    const byte = /^<0x([0-9A-F]{2})>$/.exec(piece);
    return byte ? Uint8Array.of(Number.parseInt(byte[1], 16)) : Uint8Array.from(piece, (c) => c.charCodeAt(0));
  }
}
