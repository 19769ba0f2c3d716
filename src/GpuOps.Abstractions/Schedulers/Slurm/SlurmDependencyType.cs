namespace GpuOps.Schedulers.Slurm;

/// <summary>What must have become of jobs before one that depends on them begins.</summary>
public enum SlurmDependencyType
{
    /// <summary>They ended with exit code 0.</summary>
    AfterOk,

    /// <summary>They began or were cancelled.</summary>
    After,

    /// <summary>They ended, however.</summary>
    AfterAny,

    /// <summary>They failed: exit code, node failure, time limit.</summary>
    AfterNotOk,

    /// <summary>For each task of an array: the task with the same index in the other array ended with exit code 0.</summary>
    AfterCorr,

    /// <summary>All jobs of the same name and user that were submitted before ended.</summary>
    Singleton,
}
