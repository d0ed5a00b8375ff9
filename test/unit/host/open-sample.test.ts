import fc from 'fast-check';
import { expect, it, vi } from 'vitest';

vi.mock('vscode', () => ({ commands: {}, workspace: {} }));
const { sampleLink } = await import('../../../src/host/editor/open-sample.ts');

it('a link holds any id, and nothing in it ends the link', () => {
  const uri = { toString: () => 'file:///ws/a.jsonl' } as never;
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a) b (c', '](x)', "'*!~")), (id) => {
      const link = sampleLink(uri, id);
      expect(link).not.toMatch(/[()\s<>"\\]/);
      const args = JSON.parse(decodeURIComponent(link.slice(link.indexOf('?') + 1)));
      expect(args).toEqual(['file:///ws/a.jsonl', id]);
    }),
  );
});
