namespace GpuOps.Schedulers.Queue.Running;

/// <summary>A request to a supervisor, as it goes over the socket.</summary>
/// <param name="Number">Stands in the reply too; requests are answered in any order.</param>
/// <param name="Verb">What is asked.</param>
internal sealed record SupervisorRequest(long Number, SupervisorVerb Verb)
{
    /// <summary>Which start it is about.</summary>
    public string Id { get; init; } = "";

    /// <summary>What to start.</summary>
    public RunOrder? Order { get; init; }

    /// <summary>The signal's number.</summary>
    public int Signal { get; init; }
}
