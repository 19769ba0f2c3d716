using System.Management.Automation;
using System.Reflection;
using GpuOps.Hosted.Hosting;

namespace GpuOps.Hosted;

/// <summary>Questions to a pipeline that has gone, which no cmdlet can be made to ask at a given moment.</summary>
[Collection(Alone.Name)]
public sealed class PipelinePumpTests
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task A_question_after_the_end_has_nobody_to_answer_it()
    {
        using var session = Session.Open();
        var pump = new Pump();
        Assert.Equal(1, pump.Run(static () => Task.FromResult(1)));
        Assert.Null(await pump.AskAsync(static () => "too late").WaitAsync(Limit, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_question_that_the_pipeline_did_not_come_to_has_nobody_to_answer_it()
    {
        using var session = Session.Open();
        var pump = new Pump();
        Task<string?>? first = null, second = null;
        var asked = new TaskCompletionSource();
        Assert.Throws<PipelineStoppedException>(() => pump.Run(async () =>
        {
            first = pump.AskAsync(() =>
            {
                asked.Task.Wait(Limit);
                throw new PipelineStoppedException();
            });
            second = pump.AskAsync(static () => "too late");
            asked.SetResult();
            await Task.WhenAny(second);
            return 1;
        }));

        Assert.Null(await second!.WaitAsync(Limit, TestContext.Current.CancellationToken));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first!);
    }

    [Fact]
    public async Task A_question_that_trips_over_a_mistake_of_ours_says_so()
    {
        using var session = Session.Open();
        var pump = new Pump();
        Task<string?>? answer = null;
        pump.Run(async () =>
        {
            answer = pump.AskAsync(static () => ((object)null!).ToString());
            await Task.WhenAny(answer);
            return 1;
        });

        await Assert.ThrowsAsync<NullReferenceException>(() => answer!);
    }

    /// <summary>The module's own, which nobody outside it can name.</summary>
    private sealed class Pump
    {
        private readonly Type _type = AppDomain.CurrentDomain.GetAssemblies()
            .Last(static assembly => assembly.GetName().Name == "GpuOps.Cmdlets").GetType("GpuOps.Cmdlets.Pipeline.PipelinePump", throwOnError: true)!;

        private readonly object _pump;

        public Pump() => _pump = Activator.CreateInstance(_type, [null])!;

        public int Run(Func<Task<int>> work) =>
            (int)Call("Run", typeof(int), (CancellationToken _) => work(), CancellationToken.None);

        public Task<string?> AskAsync(Func<string?> question) =>
            (Task<string?>)Call("AskAsync", typeof(string), question, CancellationToken.None);

        private object Call(string method, Type of, params object[] arguments) => _type.GetMethod(method)!
            .MakeGenericMethod(of).Invoke(_pump, BindingFlags.DoNotWrapExceptions, null, arguments, null)!;
    }
}
