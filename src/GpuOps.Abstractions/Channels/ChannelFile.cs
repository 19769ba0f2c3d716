namespace GpuOps.Channels;

/// <summary>A file as it was when looked at.</summary>
/// <param name="Length">Its length in bytes.</param>
/// <param name="Identity">The inode or what the system has instead: another one under the same name is another file.</param>
/// <param name="Modified">When it was last written, to the second.</param>
public sealed record ChannelFile(long Length, long Identity, DateTimeOffset Modified);
