namespace GpuOps.Schedulers.Slurm;

/// <summary>What kind of trouble Slurm complains of.</summary>
public enum SlurmTrouble
{
    /// <summary>It will not do what was asked, for the reason it gives.</summary>
    Refused,

    /// <summary>The controller does not answer; it may come back.</summary>
    ControllerAway,

    /// <summary>The accounting's server does not answer; it may come back.</summary>
    AccountingAway,

    /// <summary>The cluster keeps no accounting.</summary>
    AccountingOff,

    /// <summary>No such job, or none the controller still knows.</summary>
    UnknownJob,

    /// <summary>The user may not do that.</summary>
    NotAllowed,
}
