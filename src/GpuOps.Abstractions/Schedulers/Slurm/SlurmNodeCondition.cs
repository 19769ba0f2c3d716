namespace GpuOps.Schedulers.Slurm;

/// <summary>What a node is good for. Of several that hold, it is in the one that stands last here.</summary>
public enum SlurmNodeCondition
{
    /// <summary>A state that this version does not know; new jobs are not expected to get it.</summary>
    Other,

    /// <summary>No job has any of it.</summary>
    Idle,

    /// <summary>Jobs have a part of it, or are just leaving it.</summary>
    Mixed,

    /// <summary>Jobs have all its CPUs.</summary>
    Allocated,

    /// <summary>Only a reservation's jobs get it, or it is kept for maintenance.</summary>
    Reserved,

    /// <summary>Powered down, or on its way up, down or through a restart.</summary>
    PoweredDown,

    /// <summary>New jobs do not get it; those that run stay.</summary>
    Draining,

    /// <summary>Down, failed or not responding.</summary>
    Down,
}
