import { describe, expect, it } from 'vitest';
import { entityKey, ipEntity, readSeverity, shiftSeverity, tacticOrder, worse } from './index.ts';

describe('the scale', () => {
  it('is held at its ends', () => {
    expect(shiftSeverity('critical', 3)).toBe('critical');
    expect(shiftSeverity('low', -4)).toBe('informational');
    expect(worse('low', 'high')).toBe('high');
  });

  it('reads the words of Sentinel and of Sigma', () => {
    expect(readSeverity('High')).toBe('high');
    expect(readSeverity('info')).toBe('informational');
    expect(readSeverity('urgent')).toBeUndefined();
  });
});

describe('entities and tactics', () => {
  it('knows an entity again in another role', () => {
    expect(entityKey(ipEntity('10.0.0.1', 'actor'))).toBe(
      entityKey(ipEntity('10.0.0.1', 'target', true)),
    );
  });

  it('orders tactics as an intrusion goes', () => {
    expect(tacticOrder('Discovery')).toBeLessThan(tacticOrder('Exfiltration'));
    expect(tacticOrder('Cooking')).toBe(-1);
  });
});
