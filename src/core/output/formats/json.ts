import { defineFormat } from '../format.ts';
import { compact, isoOf, type JsonObject, type Message, revisionFields } from '../message.ts';

/** Every fact of a message under Weir's own names; a row as it stands in its table, with where it is from. */
export function plainDocument(message: Message): JsonObject {
  if (message.kind === 'row')
    return {
      _table: message.table,
      _id: message.id,
      ...revisionFields(message, { id: '_id', revision: '_revision', withdrawn: '_withdrawn' }),
      ...message.values,
    };
  const { kind, id, version, status, title, description, severity, confidence } = message;
  return compact({
    kind,
    id,
    version,
    status,
    title,
    description,
    severity,
    confidence,
    detected: isoOf(message.detected),
    updated: isoOf(message.updated),
    first: isoOf(message.first),
    last: isoOf(message.last),
    finder: { ...message.finder },
    tactics: message.tactics,
    techniques: message.techniques,
    entities: message.entities.map((entity) =>
      compact({
        type: entity.type,
        role: entity.role,
        isInside: entity.isInside,
        ...entity.identifiers,
      }),
    ),
    evidence: message.evidence.map(({ kql, rows }) => ({ kql, rows })),
    nextSteps: message.nextSteps,
    owner: message.owner,
    incidentId: message.incidentId,
    link: message.link,
  });
}

export const json = defineFormat({
  name: 'json',
  meaning: "Weir's own names; rows exactly as their table has them.",
  kind: 'document',
  print: plainDocument,
});
