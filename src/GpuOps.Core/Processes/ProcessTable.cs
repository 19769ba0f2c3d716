using System.Collections.Concurrent;
using System.Globalization;
using System.Text;

namespace GpuOps.Processes;

/// <summary>The processes of this host at one moment; on other systems than Linux it is empty.</summary>
internal sealed class ProcessTable
{
    private readonly Dictionary<int, ProcessRow> _rows;
    private readonly ILookup<int, int> _children;
    private readonly ConcurrentDictionary<int, byte[]> _environments = [];

    private ProcessTable(Dictionary<int, ProcessRow> rows, IReadOnlyList<ProcessRow> dead)
    {
        _rows = rows;
        Dead = dead;
        _children = rows.Values.ToLookup(static row => row.Parent, static row => row.Id);
    }

    /// <summary>The processes that live, by id.</summary>
    public IReadOnlyDictionary<int, ProcessRow> Rows => _rows;

    /// <summary>Those that have ended and were not waited for yet: zombies.</summary>
    public IReadOnlyList<ProcessRow> Dead { get; }

    /// <summary>Looks.</summary>
    public static ProcessTable Read()
    {
        Dictionary<int, ProcessRow> rows = [];
        List<ProcessRow> dead = [];
        if (OperatingSystem.IsLinux())
        {
            var buffer = new byte[1024];
            foreach (var folder in Directory.EnumerateDirectories("/proc"))
            {
                if (!char.IsAsciiDigit(folder[^1]) || ProcessRow.Parse(ProcessFiles.Read(folder + "/stat", ref buffer)) is not { } row)
                {
                    continue;
                }

                if (row.IsDead)
                {
                    dead.Add(row);
                }
                else
                {
                    rows[row.Id] = row;
                }
            }
        }

        return new ProcessTable(rows, dead);
    }

    /// <summary>Adds all that processes have started, and what these started.</summary>
    /// <param name="found">The processes; gets the others.</param>
    public void AddDescendants(HashSet<int> found)
    {
        Queue<int> next = new(found);
        while (next.TryDequeue(out var process))
        {
            foreach (var child in _children[process].Where(found.Add))
            {
                next.Enqueue(child);
            }
        }
    }

    /// <summary>Whether a process was started with <c>NAME=VALUE</c> in its environment, as far as this user may see.</summary>
    /// <param name="process">The process.</param>
    /// <param name="marker">The variable, from <see cref="Marker"/>.</param>
    public bool IsMarked(int process, ReadOnlySpan<byte> marker)
    {
        var environment = Environment(process).AsSpan();
        for (var at = environment.IndexOf(marker); at >= 0;)
        {
            if (at == 0 || environment[at - 1] == 0)
            {
                return true;
            }

            var next = environment[(at + 1)..].IndexOf(marker);
            at = next < 0 ? next : at + 1 + next;
        }

        return false;
    }

    /// <summary>Whether a process has any environment that this user may see.</summary>
    /// <param name="process">The process.</param>
    public bool HasEnvironment(int process) => Environment(process).Length > 0;

    /// <summary>A variable as it stands in an environment.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    public static byte[] Marker(string name, string value) => Encoding.UTF8.GetBytes($"{name}={value}\0");

    private byte[] Environment(int process) => _environments.GetOrAdd(process, static id =>
    {
        var buffer = new byte[8192];
        return ProcessFiles.Read(string.Create(CultureInfo.InvariantCulture, $"/proc/{id}/environ"), ref buffer).ToArray();
    });
}
