using System.Threading.Channels;
using Microsoft.Data.Sqlite;

namespace GpuOps.Schedulers.Queue.Store;

/// <summary>The one that writes. What waits when it begins is committed together, and each is answered after that.</summary>
internal sealed class QueueWriter : IAsyncDisposable
{
    /// <summary>Enough to share a commit among; few enough that the first of them does not wait long.</summary>
    private const int Most = 500;

    /// <summary>How long nothing has to be written before the log is emptied of what was wiped.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromSeconds(1);

    private readonly Channel<Work> _waiting = Channel.CreateUnbounded<Work>(new() { SingleReader = true });
    private readonly QueueTransaction _transaction;
    private readonly string _path;
    private readonly TimeProvider _time;
    private readonly Action<IReadOnlyList<StoredChange>> _committed;
    private readonly Task _loop;

    public QueueWriter(QueueTransaction transaction, string path, TimeProvider time, Action<IReadOnlyList<StoredChange>> committed)
    {
        (_transaction, _path, _time, _committed) = (transaction, path, time, committed);
        _loop = Task.Run(RunAsync);
    }

    /// <summary>How many commits there were.</summary>
    public int Commits { get; private set; }

    /// <summary>Does a piece of work and answers when it is on the disk.</summary>
    /// <param name="work">What to do.</param>
    /// <param name="cancellationToken">Ends the wait; the work is left out when it has not begun.</param>
    public async Task<T> WriteAsync<T>(Func<QueueTransaction, T> work, CancellationToken cancellationToken)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        T? result = default;
        var item = new Work(
            transaction => result = work(transaction), () => done.TrySetResult(result!), fault => done.TrySetException(fault), cancellationToken);
        ObjectDisposedException.ThrowIf(!_waiting.Writer.TryWrite(item), typeof(QueueStore));
        return await done.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        _waiting.Writer.TryComplete();
        await _loop;
        _transaction.Dispose();
    }

    private async Task RunAsync()
    {
        List<Work> batch = [];
        while (await WaitAsync())
        {
            batch.Clear();
            while (batch.Count < Most && _waiting.Reader.TryRead(out var work))
            {
                if (!work.CancellationToken.IsCancellationRequested)
                    batch.Add(work);
            }

            Write(batch);
        }
    }

    /// <summary>Waits for work; false at the end.</summary>
    private async Task<bool> WaitAsync()
    {
        var more = _waiting.Reader.WaitToReadAsync().AsTask();
        if (_transaction.HasWiped)
        {
            try
            {
                return await more.WaitAsync(Rest, _time);
            }
            catch (TimeoutException)
            {
                Empty();
            }
        }

        return await more;
    }

    private void Empty()
    {
        try
        {
            _transaction.Checkpoint();
        }
        catch (SqliteException)
        {
            // A full disk: what is in the log is sealed, and overwritten by what is written next.
        }
    }

    private void Write(List<Work> batch)
    {
        List<(Work Work, Exception? Fault)> done = new(batch.Count);
        try
        {
            _transaction.Begin();
            foreach (var work in batch)
                done.Add((work, Try(work)));
            _transaction.Commit();
            Commits++;
        }
        catch (Exception fault)
        {
            Abandon();
            var told = fault is SqliteException sqlite ? QueueStoreFault.Explain(sqlite, _path) : fault;
            batch.ForEach(work => work.Fail(told));
            return;
        }

        _committed(_transaction.Changes.ToArray());
        foreach (var (work, fault) in done)
        {
            if (fault is null)
                work.Complete();
            else
                work.Fail(fault);
        }
    }

    /// <summary>Does a piece of work. What is wrong with it alone does not keep the others from being written; a failing disk does.</summary>
    private Exception? Try(Work work)
    {
        try
        {
            _transaction.Try(work.Do);
            return null;
        }
        catch (Exception fault) when (fault is not SqliteException && _transaction.IsOpen)
        {
            return fault is FormatException or InvalidCastException or OverflowException
                ? QueueStoreFault.Damaged(_path, fault.Message, fault)
                : fault;
        }
    }

    private void Abandon()
    {
        try
        {
            if (_transaction.IsOpen)
                _transaction.Rollback();
        }
        catch (SqliteException)
        {
            // SQLite has rolled back already.
        }
    }

    private sealed record Work(Action<QueueTransaction> Do, Action Complete, Action<Exception> Fail, CancellationToken CancellationToken);
}
