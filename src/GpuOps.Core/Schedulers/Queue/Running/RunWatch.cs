using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace GpuOps.Schedulers.Queue.Running;

/// <summary>What one who watches has yet to be told. Of each start it keeps the newest, however slowly it is read.</summary>
internal sealed class RunWatch
{
    private readonly Lock _gate = new();
    private readonly Channel<string> _changed = Channel.CreateUnbounded<string>();
    private readonly Dictionary<string, SupervisedRun> _news = [];

    /// <summary>Tells of a start.</summary>
    /// <param name="run">The start.</param>
    public void Tell(SupervisedRun run)
    {
        lock (_gate)
        {
            if (!_news.ContainsKey(run.Id))
            {
                _changed.Writer.TryWrite(run.Id);
            }

            _news[run.Id] = run;
        }
    }

    /// <summary>Reads what it is told, until cancelled.</summary>
    /// <param name="cancellationToken">Ends it.</param>
    public async IAsyncEnumerable<SupervisedRun> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var id in _changed.Reader.ReadAllAsync(cancellationToken))
        {
            SupervisedRun? run;
            lock (_gate)
            {
                _news.Remove(id, out run);
            }

            yield return run!;
        }
    }
}
