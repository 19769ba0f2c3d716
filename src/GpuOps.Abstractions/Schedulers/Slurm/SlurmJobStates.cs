using System.Collections.Frozen;

namespace GpuOps.Schedulers.Slurm;

/// <summary>Slurm's words for the states, and which of them are the end.</summary>
public static class SlurmJobStates
{
    private static readonly FrozenDictionary<string, SlurmJobState> States = new Dictionary<string, SlurmJobState>
    {
        ["PENDING"] = SlurmJobState.Pending,
        ["RUNNING"] = SlurmJobState.Running,
        ["SUSPENDED"] = SlurmJobState.Suspended,
        ["COMPLETED"] = SlurmJobState.Completed,
        ["CANCELLED"] = SlurmJobState.Cancelled,
        ["FAILED"] = SlurmJobState.Failed,
        ["TIMEOUT"] = SlurmJobState.Timeout,
        ["NODE_FAIL"] = SlurmJobState.NodeFail,
        ["PREEMPTED"] = SlurmJobState.Preempted,
        ["BOOT_FAIL"] = SlurmJobState.BootFail,
        ["DEADLINE"] = SlurmJobState.Deadline,
        ["OUT_OF_MEMORY"] = SlurmJobState.OutOfMemory,
        ["CONFIGURING"] = SlurmJobState.Configuring,
        ["COMPLETING"] = SlurmJobState.Completing,
        ["REQUEUED"] = SlurmJobState.Requeued,
        ["REQUEUE_HOLD"] = SlurmJobState.RequeueHold,
        ["REQUEUE_FED"] = SlurmJobState.RequeueFederation,
        ["SPECIAL_EXIT"] = SlurmJobState.SpecialExit,
        ["RESIZING"] = SlurmJobState.Resizing,
        ["REVOKED"] = SlurmJobState.Revoked,
        ["SIGNALING"] = SlurmJobState.Signaling,
        ["STAGE_OUT"] = SlurmJobState.StageOut,
        ["STOPPED"] = SlurmJobState.Stopped,
        ["RESV_DEL_HOLD"] = SlurmJobState.ReservationDeleteHold,
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    private static readonly FrozenDictionary<SlurmJobState, string> Words =
        States.ToFrozenDictionary(static pair => pair.Value, static pair => pair.Key);

    /// <summary>Reads a state: <c>RUNNING</c>, <c>CANCELLED by 1001</c>, <c>CANCELLED+</c>, <c>COMPLETED,COMPLETING</c>.</summary>
    /// <param name="text">What Slurm printed; only its first word counts.</param>
    /// <returns><see cref="SlurmJobState.Unknown"/> for a word that this version does not know.</returns>
    public static SlurmJobState Parse(ReadOnlySpan<char> text)
    {
        var word = text.Trim();
        var end = word.IndexOfAny(" ,+");
        if (end >= 0) word = word[..end];
        return States.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(word, out var state) ? state : SlurmJobState.Unknown;
    }

    /// <summary>Slurm's word for a state, as its commands take it: <c>NODE_FAIL</c>.</summary>
    /// <param name="state">The state.</param>
    public static string WordOf(SlurmJobState state) => Words.GetValueOrDefault(state, "UNKNOWN");

    /// <summary>
    /// Whether a job in this state is over. One that goes back into the queue is not, and one in a state that this
    /// version does not know is taken to live on: asking once more costs less than losing it.
    /// </summary>
    /// <param name="state">The state.</param>
    public static bool IsFinal(SlurmJobState state) => state
        is SlurmJobState.Completed or SlurmJobState.Cancelled or SlurmJobState.Failed or SlurmJobState.Timeout
        or SlurmJobState.NodeFail or SlurmJobState.Preempted or SlurmJobState.BootFail or SlurmJobState.Deadline
        or SlurmJobState.OutOfMemory or SlurmJobState.Revoked;

    /// <summary>A state in the words that all schedulers have in common.</summary>
    /// <param name="state">The state.</param>
    public static GpuJobState General(SlurmJobState state) => state switch
    {
        SlurmJobState.Pending or SlurmJobState.Requeued or SlurmJobState.RequeueHold or SlurmJobState.RequeueFederation
            or SlurmJobState.SpecialExit or SlurmJobState.ReservationDeleteHold => GpuJobState.Queued,
        SlurmJobState.Configuring => GpuJobState.Starting,
        SlurmJobState.Completed => GpuJobState.Completed,
        SlurmJobState.Cancelled => GpuJobState.Cancelled,
        SlurmJobState.Revoked => GpuJobState.Lost,
        _ when IsFinal(state) => GpuJobState.Failed,
        _ => GpuJobState.Running,
    };
}
