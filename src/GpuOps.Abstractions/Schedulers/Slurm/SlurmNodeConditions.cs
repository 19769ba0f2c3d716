namespace GpuOps.Schedulers.Slurm;

/// <summary>What the states and flags of a node mean for those who want it.</summary>
internal static class SlurmNodeConditions
{
    // From worst to best; the first that a node has counts. sinfo(1), NODE STATE CODES, and scontrol's longer words.
    private static readonly (SlurmNodeCondition Condition, string[] Words)[] Signs =
    [
        (SlurmNodeCondition.Down, ["DOWN", "ERROR", "FAIL", "FAILING", "NOT_RESPONDING", "NO_RESPOND", "UNKNOWN", "UNK", "INVAL", "INVALID_REG", "FUTURE"]),
        (SlurmNodeCondition.Draining, ["DRAIN", "DRAINED", "DRAINING", "POWER_DRAIN"]),
        (SlurmNodeCondition.PoweredDown,
            ["POWERED_DOWN", "POWERING_DOWN", "POWER_DOWN", "POWERING_UP", "POWER_UP", "POWER", "REBOOT", "REBOOT_ISSUED", "REBOOT_REQUESTED", "BLOCKED"]),
        (SlurmNodeCondition.Reserved, ["RESERVED", "RESV", "MAINT", "MAINTENANCE", "PERFCTRS", "NPC"]),
        (SlurmNodeCondition.Allocated, ["ALLOCATED", "ALLOC"]),
        (SlurmNodeCondition.Mixed, ["MIXED", "MIX", "COMPLETING", "COMP"]),
        (SlurmNodeCondition.Idle, ["IDLE", "PLANNED", "PLND"]),
    ];

    public static SlurmNodeCondition Of(IReadOnlyList<string> states)
    {
        foreach (var (condition, words) in Signs)
        {
            if (states.Any(state => words.Contains(state, StringComparer.OrdinalIgnoreCase))) return condition;
        }

        return SlurmNodeCondition.Other;
    }
}
