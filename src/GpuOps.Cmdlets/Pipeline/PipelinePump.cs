using System.Collections.Concurrent;
using System.Management.Automation;
using System.Management.Automation.Host;
using System.Management.Automation.Runspaces;
using System.Runtime.ExceptionServices;
using GpuOps.Cmdlets.Module;

namespace GpuOps.Cmdlets.Pipeline;

/// <summary>
/// Carries what asynchronous work has to say to the pipeline thread, the only one that may write to the pipeline, and
/// lets that thread go when the pipeline is stopped although the work still tidies up.
/// </summary>
/// <param name="cmdlet">The cmdlet to write to.</param>
internal sealed class PipelinePump(Cmdlet cmdlet)
{
    /// <summary>How long a stopped pipeline waits for its work to end; Ctrl+C must be answered within 200 ms.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(120);

    private readonly BlockingCollection<Action<Cmdlet>> _queue = [];
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Has something written by the pipeline thread. To be called by the work, from any thread.</summary>
    /// <param name="write">Writes to the cmdlet.</param>
    public void Post(Action<Cmdlet> write)
    {
        try
        {
            _queue.Add(write);
        }
        catch (InvalidOperationException)
        {
            // The pipeline has gone; nobody is left to be told.
        }
    }

    /// <summary>Has the pipeline thread ask its person something. To be called by the work, from any thread.</summary>
    /// <param name="question">Asks; a host that cannot ask throws.</param>
    /// <param name="cancellationToken">Ends the wait for the answer.</param>
    /// <returns>The answer; the default when there is nobody to ask.</returns>
    public async Task<T?> AskAsync<T>(Func<T?> question, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T?>(TaskCreationOptions.RunContinuationsAsynchronously);
        Post(_ => Answer(question, answer));
        // A question that the pipeline thread did not come to before it left has nobody to answer it.
        await Task.WhenAny(answer.Task, _left.Task).WaitAsync(cancellationToken);
        return answer.Task.IsCompleted ? await answer.Task : default;
    }

    /// <summary>Runs work to its end on another thread while this one writes what it posts.</summary>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">The cmdlet's token.</param>
    public T Run<T>(Func<CancellationToken, Task<T>> work, CancellationToken cancellationToken)
    {
        var task = Task.Run(() => work(cancellationToken), CancellationToken.None);
        task.ContinueWith(_ => _queue.CompleteAdding(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        try
        {
            foreach (var write in _queue.GetConsumingEnumerable(cancellationToken))
            {
                write(cmdlet);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            if (!WaitALittle(task))
            {
                // It still takes something back: the session must not close before that is done.
                EngineState.Current.Finish(task, Runspace.DefaultRunspace?.InstanceId ?? Guid.Empty);
                throw new PipelineStoppedException();
            }
            // The work was done before it could hear of the stop: what it brought must not get lost on the way.
        }
        finally
        {
            _queue.CompleteAdding();
            _left.TrySetResult();
        }

        return Result(task, cancellationToken);
    }

    private static void Answer<T>(Func<T?> question, TaskCompletionSource<T?> answer)
    {
        try
        {
            answer.TrySetResult(question());
        }
        catch (PipelineStoppedException)
        {
            answer.TrySetCanceled();
            throw;
        }
        catch (Exception fault) when (fault is HostException or NotImplementedException or NotSupportedException or InvalidOperationException || IsEndOfInput(fault))
        {
            // Nobody is there: how a host says so differs from host to host.
            answer.TrySetResult(default);
        }
        catch (Exception fault)
        {
            answer.TrySetException(fault);
        }
    }

    /// <summary>PowerShell's own host trips over the end of its input.</summary>
    private static bool IsEndOfInput(Exception fault) => fault is NullReferenceException { Source: "Microsoft.PowerShell.ConsoleHost" };

    private static T Result<T>(Task<T> task, CancellationToken cancellationToken)
    {
        try
        {
            return task.GetAwaiter().GetResult();
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw new PipelineStoppedException();
        }
        catch (AggregateException fault) when (fault.InnerExceptions.Count == 1)
        {
            ExceptionDispatchInfo.Throw(fault.InnerException!);
            throw;
        }
    }

    private static bool WaitALittle(Task task)
    {
        try
        {
            return task.Wait(Patience);
        }
        catch (AggregateException)
        {
            // It was cancelled, as it was told.
            return false;
        }
    }
}
