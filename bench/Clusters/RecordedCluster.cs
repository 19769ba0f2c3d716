using System.Text;

namespace GpuOps.Bench.Clusters;

/// <summary>
/// A cluster with very many jobs, as no rig can hold them: a stand-in for squeue that prints recorded jobs over and over,
/// each with an id, a name and paths of its own, and counts how often it is asked.
/// </summary>
internal sealed class RecordedCluster : IDisposable
{
    private const int FirstId = 1_000_000, Users = 300, Names = 1_000;
    private const string Delimiter = "~##########~";
    private const UnixFileMode Program = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _folder = Directory.CreateTempSubdirectory("gpuops-bench-").FullName;

    public RecordedCluster(int jobs)
    {
        Ids = [.. Enumerable.Range(0, jobs).Select(IdOf)];
        using (var file = new StreamWriter(Path.Combine(_folder, "jobs"), append: false, new UTF8Encoding(false)))
        {
            for (var at = 0; at < jobs; at++)
                file.Write(Record(at));
        }

        var squeue = Path.Combine(_folder, "squeue");
        // What separates the fields is another word at each call; it stands in the last argument of --Format.
        File.WriteAllText(squeue, $"""
            #!/bin/sh
            echo asked >>'{Calls}'
            for word; do case $word in JobArrayID:0*) delimiter=${"{"}word#*:0{"}"} delimiter=${"{"}delimiter%%,*{"}"};; esac; done
            LC_ALL=C exec sed "s/{Delimiter}/$delimiter/g" '{_folder}/jobs'

            """);
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(squeue, Program);
    }

    /// <summary>The ids of its jobs.</summary>
    public IReadOnlyList<string> Ids { get; }

    /// <summary>The lines of its entry in a configuration.</summary>
    public string[] Backend => ["uri: 'slurm:'", $"commandFolder: {_folder}"];

    private string Calls => Path.Combine(_folder, "calls");

    /// <summary>How often squeue was called until now.</summary>
    public int CountCalls() => File.Exists(Calls) ? File.ReadLines(Calls).Count() : 0;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static string IdOf(int at) => at % 4 == 3 ? $"{FirstId + at - 1}_1" : $"{FirstId + at}";

    /// <summary>A job as squeue 22.05 printed one: half of them wait, half run, every fourth is a task of an array.</summary>
    private static string Record(int at)
    {
        var id = FirstId + at;
        var (user, name) = ($"user{at % Users}", $"train-{at % Names}");
        var folder = $"/home/{user}/experiments";
        var runs = at % 4 >= 2;
        string[] fields =
        [
            IdOf(at), $"{id}", name, user, $"account{at % 20}", "gpu", "normal",
            runs ? "RUNNING" : "PENDING", runs ? "None" : "Resources", "0", runs ? $"gpu{at % 100:00}" : "",
            "1", "8", runs ? "cpu=8,mem=64000M,node=1,billing=8,gres/gpu=2,gres/gpu:a100=2" : "cpu=8,mem=64000M,node=1,billing=8,gres/gpu=2",
            "N/A", "gres:gpu:a100:2", "N/A", "1", "64000M",
            $"{1_795_582_613 + at}", runs ? $"{1_795_582_700 + at}" : "N/A", runs ? $"{1_795_669_100 + at}" : "N/A", runs ? "3:20:01" : "0:00",
            "1-00:00:00", $"{4_294_901_759 - at}", "0", "(null)", folder,
            $"{folder}/slurm-{id}.out", $"{folder}/slurm-{id}.out", $"gpuops:{at:x16}", "rig",
        ];
        return string.Concat(fields.Select(static field => field + Delimiter)) + "\n";
    }
}
