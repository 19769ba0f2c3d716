namespace GpuOps.Errors;

/// <summary>The kinds of error, each mapped to one of PowerShell's categories.</summary>
public enum GpuOpsErrorKind
{
    /// <summary>A value that cannot be right.</summary>
    InvalidArgument,

    /// <summary>The thing named does not exist.</summary>
    NotFound,

    /// <summary>The thing exists already.</summary>
    AlreadyExists,

    /// <summary>It is taken, or others are ahead.</summary>
    Busy,

    /// <summary>It took longer than allowed.</summary>
    Timeout,

    /// <summary>The caller may not do that.</summary>
    NotAllowed,

    /// <summary>The password or key was refused.</summary>
    Authentication,

    /// <summary>A server or file could not be reached.</summary>
    Unreachable,

    /// <summary>What was read makes no sense.</summary>
    InvalidData,

    /// <summary>Something has to be done first.</summary>
    NotReady,

    /// <summary>There is not enough of it: disk, memory.</summary>
    Exhausted,

    /// <summary>The grant was lost.</summary>
    Lost,
}
