namespace GpuOps.Unit.Schedulers.Slurm;

/// <summary>One job of squeue's answer, in the order of the fields asked for.</summary>
internal sealed record SqueueRecord
{
    public string Id { get; init; } = "7";

    public string? RawId { get; init; }

    public string Name { get; init; } = "train";

    public string State { get; init; } = "RUNNING";

    public string ExitCode { get; init; } = "0";

    public string Nodes { get; init; } = "gpu01";

    public string NodeCount { get; init; } = "1";

    public string Tres { get; init; } = "cpu=4,mem=4000M,node=1,billing=4,gres/gpu=2,gres/gpu:a100=2";

    public string PerJob { get; init; } = "N/A";

    public string PerNode { get; init; } = "N/A";

    public string PerTask { get; init; } = "N/A";

    public string Tasks { get; init; } = "1";

    public string WorkFolder { get; init; } = "/home/ada";

    public string? Output { get; init; }

    public string? Error { get; init; }

    public string Comment { get; init; } = "(null)";

    public string[] Fields
    {
        get
        {
            var output = Output ?? $"{WorkFolder}/slurm-{RawId ?? Id}.out";
            return
            [
                Id, RawId ?? Id, Name, "ada", "physics", "gpu", "normal", State, "None", ExitCode, Nodes,
                NodeCount, "4", Tres, PerJob, PerNode, PerTask, Tasks, "4000M",
                "1795582613", "1795582614", "1795583214", "1-02:03:04", "UNLIMITED", "4294901759", "1", "(null)", WorkFolder,
                output, Error ?? output, Comment, "rig",
            ];
        }
    }
}
