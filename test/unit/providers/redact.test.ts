import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createRedactor } from '../../../src/node/redact.ts';

describe('redaction', () => {
  test('every occurrence, in every form', () => {
    const secret = 'sk-a/b"c d+e=\\12345';
    const redact = createRedactor([secret]);
    const forms = [
      secret,
      JSON.stringify(secret).slice(1, -1),
      encodeURIComponent(secret),
      encodeURIComponent(secret).toLowerCase(),
      Buffer.from(secret).toString('base64'),
      Buffer.from(secret).toString('base64url'),
    ];
    for (const form of forms) expect(redact(`<${form}${form}>`).replaceAll('=', '')).toBe('<[redacted][redacted]>');
  });

  test('a secret that contains another one goes as a whole', () => {
    expect(createRedactor(['abcdef', 'abcdef-ghijkl'])('x abcdef-ghijkl y abcdef')).toBe('x [redacted] y [redacted]');
  });

  test('short secrets only where they stand alone, shorter ones only as a credential', () => {
    const redact = createRedactor(['ab12']);
    expect(redact('ab12, xab12, ab123, "ab12"')).toBe('[redacted], xab12, ab123, "[redacted]"');
    const tiny = createRedactor(['a']);
    expect(tiny('a banana: Bearer a, bearer a')).toBe('a banana: Bearer [redacted], Bearer [redacted]');
  });

  test('placeholders that servers ask for are ordinary words', () => {
    expect(createRedactor(['EMPTY'])('an empty box. Authorization: Bearer EMPTY')).toBe(
      'an empty box. Authorization: Bearer [redacted]',
    );
  });

  test('nothing to hide, nothing changed', () => {
    expect(createRedactor([])('text')).toBe('text');
    expect(createRedactor([''])('text')).toBe('text');
  });

  test.each(['aab.aab+key', 'abz.ab', 'aaaaaa'])('a stream gives the same text, however it is cut: %s', (secret) => {
    const redact = createRedactor([secret]);
    const piece = fc.oneof(
      fc.constant(secret),
      fc.constant('aab.'),
      fc.constantFrom('a', 'b', ' ', '+', 'key', 'z', '.'),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (parts, sizes) => {
        const text = parts.join('');
        const stream = redact.stream();
        let out = '';
        for (let at = 0, i = 0; at < text.length; i++) {
          const size = sizes[i % sizes.length] as number;
          out += stream.push(text.slice(at, at + size));
          at += size;
        }
        out += stream.end();
        expect(out).toBe(redact(text));
        expect(out).not.toContain(secret);
      }),
      { numRuns: 1000 },
    );
  });

  test('a stream holds nothing back that cannot become a secret', () => {
    const stream = createRedactor(['sk-secret']).stream();
    expect(stream.push('Hello s')).toBe('Hello ');
    expect(stream.push('un')).toBe('sun');
  });
});
