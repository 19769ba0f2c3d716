using GpuOps.Errors;

namespace GpuOps.Cmdlets.Running;

/// <summary>
/// The right to change the process's environment variables. They are the process's, not a runspace's: a script block
/// in a second runspace would see the first one's GPUs, so only one runspace at a time may have it. A nested command
/// of the same runspace may have it once more; its variables are put back when it ends.
/// </summary>
internal sealed class EnvironmentLease : IDisposable
{
    private static readonly Lock Gate = new();
    private static Guid s_owner;
    private static int s_depth;

    private readonly Dictionary<string, string?> _before = [];

    private EnvironmentLease()
    {
    }

    /// <summary>Takes the right, or says who has it and what to do instead.</summary>
    public static EnvironmentLease Take(Guid runspace)
    {
        lock (Gate)
        {
            if (s_depth > 0 && s_owner != runspace)
            {
                throw new GpuOpsException("EnvironmentInUse", GpuOpsErrorKind.Busy,
                    "Another Invoke-GpuCommand of this process runs a script block, and environment variables belong to the whole process: this one would see the other's GPUs. Name the program instead (Invoke-GpuCommand -FilePath python -ArgumentList train.py), or use -AsJob; both get an environment of their own.");
            }

            s_owner = runspace;
            s_depth++;
            return new EnvironmentLease();
        }
    }

    public void Set(IReadOnlyDictionary<string, string> variables)
    {
        foreach (var (name, value) in variables)
        {
            _before.TryAdd(name, Environment.GetEnvironmentVariable(name));
            Environment.SetEnvironmentVariable(name, value);
        }
    }

    public void Dispose()
    {
        foreach (var (name, value) in _before)
        {
            Environment.SetEnvironmentVariable(name, value);
        }

        _before.Clear();
        lock (Gate)
        {
            s_depth--;
        }
    }
}
