namespace GpuOps.Channels.Files;

/// <summary>What to find out about a file that grows.</summary>
/// <param name="Path">Where it is, or was.</param>
/// <param name="Identity">Which file it has to be, wherever it has gone in its folder; empty for the one that is there now.</param>
/// <param name="Start">The first byte wanted.</param>
/// <param name="Count">How many at most.</param>
/// <param name="Stamp">The stamp of the last look: while it is the same nothing is read. Empty reads in any case.</param>
internal sealed record FileLook(string Path, string Identity, long Start, int Count, string Stamp);
