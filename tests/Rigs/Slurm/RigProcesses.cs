using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace GpuOps.Rigs;

/// <summary>Finds and ends all processes of a rig, whoever started them: daemons, job steps, and what jobs left running.</summary>
internal static partial class RigProcesses
{
    private const int SigKill = 9;

    /// <summary>Ends all processes with some variables in their environment, and all that descend from them; they are gone when this returns.</summary>
    /// <param name="variables">The variables and their values, such as <c>SLURM_CONF=/tmp/x/slurm.conf</c>.</param>
    public static async Task EndAsync(params string[] variables)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        // Once is not enough: one of them may have started another just now.
        while (Find(variables) is { Count: > 0 } found)
        {
            foreach (var id in found)
                _ = Kill(id, SigKill);
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    private static HashSet<int> Find(string[] variables)
    {
        var processes = Directory.EnumerateDirectories("/proc")
            .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0 && id != Environment.ProcessId)
            .Select(id => (Id: id, Parent: ParentOf(id)))
            .Where(process => process.Parent is not null)
            .ToList();
        var found = processes.Select(process => process.Id).Where(id => Variables(id) is var has && variables.All(has.Contains)).ToHashSet();
        int before;
        do
        {
            before = found.Count;
            found.UnionWith(processes.Where(process => found.Contains(process.Parent!.Value)).Select(process => process.Id).ToList());
        }
        while (found.Count > before);
        return found;
    }

    private static string[] Variables(int id) => Encoding.UTF8.GetString(Read(id, "environ")).Split('\0');

    // Null for one that is gone, or ended and not yet collected: orphans stay like that for a while.
    private static int? ParentOf(int id)
    {
        var text = Encoding.UTF8.GetString(Read(id, "stat"));
        // The name before the fields, in parentheses, may hold anything.
        return text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries) is [not ("Z" or "X"), var parent, ..]
            ? int.Parse(parent, CultureInfo.InvariantCulture)
            : null;
    }

    private static byte[] Read(int id, string file)
    {
        try
        {
            return File.ReadAllBytes($"/proc/{id}/{file}");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int processId, int signal);
}
