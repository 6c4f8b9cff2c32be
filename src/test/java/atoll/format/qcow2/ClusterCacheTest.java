package atoll.format.qcow2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClusterCacheTest {
  private final ClusterCache cache = new ClusterCache(2 << 20); // two of them are all

  private ClusterCache.Slot use(long entry) {
    ClusterCache.Slot slot = cache.pin(entry);
    slot.setFilled();
    cache.unpin(slot);
    return slot;
  }

  @Test
  void keepsWhatWasUsedLast() {
    ClusterCache.Slot one = use(1);
    ClusterCache.Slot two = use(2);
    assertThat(use(1)).isSameAs(one);
    ClusterCache.Slot three = cache.pin(3);
    assertThat(three).isSameAs(two);
    assertThat(three.filled()).isFalse();
    assertThat(use(1)).isSameAs(one);
  }

  @Test
  void takesNothingFromThoseWhoUseIt() {
    ClusterCache.Slot one = cache.pin(1);
    ClusterCache.Slot two = cache.pin(2);
    ClusterCache.Slot three = cache.pin(3);
    assertThat(three.content()).isNotSameAs(one.content()).isNotSameAs(two.content());
    assertThat(cache.pin(1)).isSameAs(one);
    cache.unpin(one);
    cache.unpin(two);
    assertThat(cache.pin(1)).isSameAs(one);
    assertThat(cache.pin(2)).isNotSameAs(two); // went when there were three
  }
}
