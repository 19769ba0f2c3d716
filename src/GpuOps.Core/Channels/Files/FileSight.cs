namespace GpuOps.Channels.Files;

/// <summary>What a <see cref="FileLook"/> found.</summary>
/// <param name="Finding">Whether it is there.</param>
/// <param name="Identity">Which file it is; empty when none was found.</param>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Stamp">Changes with every change of the file that its system has a time for; the time in seconds since 1970 stands behind the last colon.</param>
/// <param name="IsReplaced">Another file has taken its place.</param>
/// <param name="Data">The bytes that were wanted.</param>
internal sealed record FileSight(FileFinding Finding, string Identity, long Length, string Stamp, bool IsReplaced, ReadOnlyMemory<byte> Data);
