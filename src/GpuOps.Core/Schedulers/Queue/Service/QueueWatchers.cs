using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace GpuOps.Schedulers.Queue.Service;

/// <summary>Those who watch the queue. None of them can hold it up.</summary>
internal sealed class QueueWatchers
{
    /// <summary>How many events wait for one that does not read.</summary>
    public const int Room = 1000;

    private readonly Lock _gate = new();
    private readonly HashSet<Watcher> _watchers = [];
    private bool _ended;

    /// <summary>Whether anybody watches.</summary>
    public bool Any
    {
        get
        {
            lock (_gate)
                return _watchers.Count > 0;
        }
    }

    /// <summary>Tells all.</summary>
    public void Tell(QueueEvent news)
    {
        lock (_gate)
        {
            foreach (var watcher in _watchers)
                watcher.Tell(news);
        }
    }

    /// <summary>Ends every watch.</summary>
    public void End()
    {
        lock (_gate)
        {
            _ended = true;
            foreach (var watcher in _watchers)
                watcher.End();
        }
    }

    /// <summary>Begins to watch: what happens after this call returned is not missed.</summary>
    public IAsyncEnumerable<QueueEvent> Watch(CancellationToken cancellationToken)
    {
        var watcher = new Watcher();
        lock (_gate)
        {
            if (_ended)
                watcher.End();
            else
                _watchers.Add(watcher);
        }

        // Who is gone before he begins to read leaves nothing behind either.
        cancellationToken.UnsafeRegister(_ => Remove(watcher), null);
        return ReadAsync(watcher, cancellationToken);
    }

    private async IAsyncEnumerable<QueueEvent> ReadAsync(Watcher watcher, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        try
        {
            while (await watcher.News.WaitToReadAsync(cancellationToken))
            {
                while (watcher.News.TryRead(out var news))
                {
                    if (watcher.HasMissed())
                        yield return new QueueEvent(QueueEventKind.Missed, "", null);
                    yield return news;
                }
            }
        }
        finally
        {
            Remove(watcher);
        }
    }

    private void Remove(Watcher watcher)
    {
        lock (_gate)
            _watchers.Remove(watcher);
    }

    private sealed class Watcher
    {
        private readonly Channel<QueueEvent> _news;
        private int _missed;

        public Watcher() => _news = Channel.CreateBounded<QueueEvent>(
            new BoundedChannelOptions(Room) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true }, _ => Volatile.Write(ref _missed, 1));

        public ChannelReader<QueueEvent> News => _news.Reader;

        public bool HasMissed() => Interlocked.Exchange(ref _missed, 0) == 1;

        public void Tell(QueueEvent news) => _news.Writer.TryWrite(news);

        public void End() => _news.Writer.TryComplete();
    }
}
