namespace GpuOps.Channels.Files;

/// <summary>Whether a file that was looked for is there.</summary>
internal enum FileFinding
{
    /// <summary>It is nowhere.</summary>
    None,

    /// <summary>It is under its path.</summary>
    Here,

    /// <summary>It has another name by now.</summary>
    Elsewhere,

    /// <summary>There is something that is no file, or may not be read.</summary>
    Denied,
}
