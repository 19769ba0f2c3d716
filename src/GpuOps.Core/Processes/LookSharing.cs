namespace GpuOps.Processes;

/// <summary>One look at the processes of the host for all who want one at the same time.</summary>
internal sealed class LookSharing
{
    private readonly Lock _gate = new();
    private Task<ProcessTable> _current = Task.FromResult<ProcessTable>(null!);
    private Task<ProcessTable>? _next;

    /// <summary>The processes as they are at some moment after this was called.</summary>
    public Task<ProcessTable> LookAsync()
    {
        lock (_gate)
        {
            // One under way may have passed what is asked about.
            return _next ??= _current.ContinueWith(_ => Look(), CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private ProcessTable Look()
    {
        lock (_gate)
        {
            _current = _next!;
            _next = null;
        }

        return ProcessTable.Read();
    }
}
