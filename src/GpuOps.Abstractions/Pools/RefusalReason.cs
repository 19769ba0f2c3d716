namespace GpuOps.Pools;

/// <summary>Why a request was refused.</summary>
public enum RefusalReason
{
    /// <summary>The request did not want to wait and the GPUs are taken, or others are ahead.</summary>
    Busy,

    /// <summary>More GPUs than the host has in service: it could never be met.</summary>
    TooMany,

    /// <summary>A GPU was named that the host does not have.</summary>
    UnknownGpu,

    /// <summary>A GPU was named that is out of service.</summary>
    DisabledGpu,

    /// <summary>More memory than any GPU of the host has.</summary>
    TooMuchMemory,

    /// <summary>The host has no GPUs in this pool: the pool was never initialised for it.</summary>
    NotInitialized,
}
