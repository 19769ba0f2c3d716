namespace GpuOps.Channels.Files;

/// <summary>A file in the place that is followed, or one that its name says was set aside from there.</summary>
/// <param name="Identity">Which file it is.</param>
/// <param name="Modified">When it was last written, in seconds since 1970.</param>
/// <param name="IsNamesake">It is the one under the path itself.</param>
internal sealed record FileSibling(string Identity, double Modified, bool IsNamesake);
