namespace GpuOps.Schedulers.Slurm;

/// <summary>What a job is doing, in Slurm's own words (<c>squeue</c>'s <c>JOB STATE CODES</c>).</summary>
public enum SlurmJobState
{
    /// <summary>A word of a newer Slurm; <see cref="SlurmJob.StateText"/> has it.</summary>
    Unknown,

    /// <summary>It waits for resources, for a time or for another job.</summary>
    Pending,

    /// <summary>It has its nodes.</summary>
    Running,

    /// <summary>It has its nodes and its processes are stopped, so that others can use the CPUs.</summary>
    Suspended,

    /// <summary>All its processes ended with exit code 0.</summary>
    Completed,

    /// <summary>A user or an administrator cancelled it.</summary>
    Cancelled,

    /// <summary>It ended with another exit code, or by a signal.</summary>
    Failed,

    /// <summary>It ran into its time limit.</summary>
    Timeout,

    /// <summary>A node of it failed.</summary>
    NodeFail,

    /// <summary>A more important job took its place.</summary>
    Preempted,

    /// <summary>A node did not come up for it.</summary>
    BootFail,

    /// <summary>It could not have ended before its deadline.</summary>
    Deadline,

    /// <summary>It wanted more memory than it had asked for.</summary>
    OutOfMemory,

    /// <summary>It has nodes that are still coming up.</summary>
    Configuring,

    /// <summary>It ends: some processes may still be there.</summary>
    Completing,

    /// <summary>It is on its way back into the queue.</summary>
    Requeued,

    /// <summary>It is on its way back into the queue, where it will be held.</summary>
    RequeueHold,

    /// <summary>It is on its way back into the queues of a federation.</summary>
    RequeueFederation,

    /// <summary>It was put back into the queue in a special state and is held.</summary>
    SpecialExit,

    /// <summary>Its size is being changed.</summary>
    Resizing,

    /// <summary>Another cluster of the federation runs it, so that this one has nothing more to do.</summary>
    Revoked,

    /// <summary>A signal is on its way to it.</summary>
    Signaling,

    /// <summary>Its files are being brought out.</summary>
    StageOut,

    /// <summary>It was stopped by SIGSTOP and keeps its CPUs.</summary>
    Stopped,

    /// <summary>It is held because its reservation was deleted.</summary>
    ReservationDeleteHold,
}
