using System.Reflection;
using GpuOps.Pools;
using GpuOps.Schedulers.Queue.Running;

namespace GpuOps.Unit.Schedulers.Queue;

/// <summary>
/// Stands between a service and the rest of the world. Once it is cut, nothing the service asks for reaches anybody, and
/// no answer comes back: for the world it was killed at that moment. Buried, all that waits for an answer ends.
/// </summary>
public sealed class CutOff : IDisposable
{
    private CancellationTokenSource _cut = new(), _buried = new();

    public void Cut() => _cut.Cancel();

    public void Bury() => _buried.Cancel();

    public void Heal() => (_cut, _buried) = (new CancellationTokenSource(), new CancellationTokenSource());

    public void Dispose()
    {
        _cut.Dispose();
        _buried.Dispose();
    }

    public IGpuPool Pool(IGpuPool pool) => Wrap(pool);

    public async Task<IJobSupervisor> ConnectAsync(PlayedHost host, CancellationToken cancellationToken) => Wrap(await host.ConnectAsync(cancellationToken));

    private T Wrap<T>(T inner) where T : class
    {
        var wrapped = DispatchProxy.Create<T, Wall>();
        ((Wall)(object)wrapped).Set(inner, _cut.Token, _buried.Token);
        return wrapped;
    }

    /// <summary>Passes calls on until the cut; then they never come back, until the caller gives up.</summary>
    public class Wall : DispatchProxy
    {
        private object _inner = null!;
        private CancellationToken _cut, _buried;

        public void Set(object inner, CancellationToken cut, CancellationToken buried) => (_inner, _cut, _buried) = (inner, cut, buried);

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args)
        {
            var type = targetMethod!.ReturnType;
            if (_cut.IsCancellationRequested && typeof(Task).IsAssignableFrom(type))
            {
                var result = type.IsGenericType ? type.GetGenericArguments()[0] : typeof(bool);
                return typeof(Wall).GetMethod(nameof(NeverAsync), BindingFlags.NonPublic | BindingFlags.Instance)!.MakeGenericMethod(result)
                    .Invoke(this, [args!.OfType<CancellationToken>().FirstOrDefault()]);
            }

            var answer = targetMethod.Invoke(_inner, args);
            if (answer is Task task && type.IsGenericType)
            {
                return typeof(Wall).GetMethod(nameof(UnlessCutAsync), BindingFlags.NonPublic | BindingFlags.Instance)!.MakeGenericMethod(type.GetGenericArguments()[0])
                    .Invoke(this, [task, args!.OfType<CancellationToken>().FirstOrDefault()]);
            }

            return answer;
        }

        private async Task<T> NeverAsync<T>(CancellationToken cancellationToken)
        {
            using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _buried);
            await Task.Delay(Timeout.Infinite, either.Token);
            return default!;
        }

        private async Task<T> UnlessCutAsync<T>(Task<T> answer, CancellationToken cancellationToken)
        {
            var told = await answer;
            return _cut.IsCancellationRequested ? await NeverAsync<T>(cancellationToken) : told;
        }
    }
}
