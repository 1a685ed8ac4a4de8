/** A number that looks random and is the same for the same text (FNV-1a, 32 bits): where a search for something free begins. */
export function scatter(text: string): number {
  let hash = 0x811c9dc5
  for (const character of text) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0
  return hash
}
