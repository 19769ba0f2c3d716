namespace GpuOps.Schedulers.Queue.Running;

/// <summary>What a supervisor can be asked.</summary>
internal enum SupervisorVerb
{
    /// <summary>To start a program.</summary>
    Start,

    /// <summary>To end a start.</summary>
    Stop,

    /// <summary>To send a signal.</summary>
    Signal,

    /// <summary>To forget a start that has ended.</summary>
    Forget,

    /// <summary>For all starts it knows.</summary>
    List,

    /// <summary>For all starts it knows and what becomes of them; the connection then serves nothing else.</summary>
    Watch,
}
