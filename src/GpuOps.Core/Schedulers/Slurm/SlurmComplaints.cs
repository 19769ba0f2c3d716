namespace GpuOps.Schedulers.Slurm;

/// <summary>Reads what Slurm's commands print when they do not do what they should.</summary>
public static class SlurmComplaints
{
    private static readonly HashSet<string> Commands = ["sbatch", "squeue", "sacct", "scontrol", "scancel", "sinfo", "srun", "salloc", "sacctmgr"];

    private static readonly (string Words, SlurmTrouble Trouble)[] Signs =
    [
        ("Unable to contact slurm controller", SlurmTrouble.ControllerAway),
        ("Slurm backup controller in standby mode", SlurmTrouble.ControllerAway),
        ("Zero Bytes were transmitted or received", SlurmTrouble.ControllerAway),
        ("Socket timed out on send/recv operation", SlurmTrouble.ControllerAway),
        ("accounting storage is disabled", SlurmTrouble.AccountingOff),
        ("Problem talking to the database", SlurmTrouble.AccountingAway),
        ("Sending PersistInit msg", SlurmTrouble.AccountingAway),
        ("failed to open persistent connection", SlurmTrouble.AccountingAway),
        ("Unable to connect to database", SlurmTrouble.AccountingAway),
        // The system's words, when the controller goes away in the middle of an answer; the accounting has its own around them.
        ("Connection reset by peer", SlurmTrouble.ControllerAway),
        ("Connection refused", SlurmTrouble.ControllerAway),
        ("Broken pipe", SlurmTrouble.ControllerAway),
        ("Transport endpoint is not connected", SlurmTrouble.ControllerAway),
        ("Connection timed out", SlurmTrouble.ControllerAway),
        ("No route to host", SlurmTrouble.ControllerAway),
        ("Network is unreachable", SlurmTrouble.ControllerAway),
        ("Communication connection failure", SlurmTrouble.ControllerAway),
        ("Unexpected missing socket error", SlurmTrouble.ControllerAway),
        ("Invalid job id specified", SlurmTrouble.UnknownJob),
        ("Job/step already completing or completed", SlurmTrouble.UnknownJob),
        ("Access/permission denied", SlurmTrouble.NotAllowed),
        ("Invalid user id", SlurmTrouble.NotAllowed),
    ];

    /// <summary>Reads a complaint.</summary>
    /// <param name="text">What the command printed to its error stream; a login shell's banner is left out where Slurm's own lines can be told from it.</param>
    public static SlurmComplaint Read(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var lines = text.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        var own = lines.Select(WordsOf).OfType<string>().ToList();
        var message = string.Join("\n", (own.Count > 0 ? own : [.. lines]).Distinct());
        return new(Array.Find(Signs, sign => message.Contains(sign.Words, StringComparison.OrdinalIgnoreCase)).Trouble, message);
    }

    /// <summary>Whether the command never reached the controller, so that what it wanted has certainly not been done.</summary>
    /// <param name="complaint">What it complained of.</param>
    public static bool NeverReached(SlurmComplaint complaint)
    {
        ArgumentNullException.ThrowIfNull(complaint);
        return complaint.Message.Contains("Unable to contact slurm controller (connect failure)", StringComparison.OrdinalIgnoreCase);
    }

    /// <summary>
    /// What Slurm says in <c>sbatch: error: …</c>, <c>slurm_load_jobs error: …</c>, <c>Slurm accounting storage is disabled</c>;
    /// null for somebody else's line.
    /// </summary>
    private static string? WordsOf(string line)
    {
        if (line.StartsWith("Slurm ", StringComparison.Ordinal)) return line;
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        if (colon < 0) return null;

        var (speaker, words) = (line[..colon], line[(colon + 2)..]);
        if (speaker.StartsWith("slurm_", StringComparison.Ordinal)) return words;
        if (!Commands.Contains(speaker)) return null;
        return words.StartsWith("error: ", StringComparison.Ordinal) || words.StartsWith("fatal: ", StringComparison.Ordinal)
            ? words["error: ".Length..]
            : words;
    }
}
